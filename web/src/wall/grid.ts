/** How many columns a wall needs. */

export interface Grid {
  columns: number;
  rows: number;
}

export type Layout = "auto" | 1 | 4 | 9 | 16;
export const LAYOUTS: readonly Layout[] = ["auto", 1, 4, 9, 16];

export const TILE_HEADER_PX = 30;

/** The grid whose tiles show the largest pictures. aspect: width over height of the pictures. */
export function bestGrid(count: number, width: number, height: number, aspect: number): Grid {
  let best: Grid = { columns: 1, rows: Math.max(1, count) };
  let largest = 0;
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const picture = Math.min(width / columns, (height / rows - TILE_HEADER_PX) * aspect);
    if (picture > largest + 1e-6) {
      largest = picture;
      best = { columns, rows };
    }
  }
  return best;
}

const AUTO_LIMIT = 16;

/** Cameras on one page of the wall. */
export function pageSize(layout: Layout, count: number): number {
  return layout === "auto" ? Math.min(Math.max(count, 1), AUTO_LIMIT) : layout;
}

export function gridOf(
  layout: Layout,
  shown: number,
  place: { width: number; height: number; aspect: number },
): Grid {
  if (layout === "auto") return bestGrid(shown, place.width, place.height, place.aspect);
  const side = Math.sqrt(layout);
  return { columns: side, rows: side };
}

const USUAL_ASPECT = 16 / 9;

/** The middle of the known shapes, so that one odd camera does not decide. */
export function middleAspect(sizes: readonly { width: number; height: number }[]): number {
  const known = sizes.filter(({ width, height }) => width > 0 && height > 0);
  const shapes = known.map(({ width, height }) => width / height).sort((a, b) => a - b);
  return shapes[shapes.length >> 1] ?? USUAL_ASPECT;
}
