/** Four points of the floor in a camera's picture and the same on a plan: what makes them usable. */
import type { FloorPlan } from "../api/risk";
import type { Point } from "../api/types";
import { clamped, crossesItself, distance } from "../zones/polygon";

export type ViewFault =
  | "line_picture"
  | "line_plan"
  | "crosses_picture"
  | "crosses_plan"
  | "order";

/** Twice the area of a triangle below which its corners lie on one line, as in core/floor.py. */
const SMALLEST = 1e-4;
const TRIPLES = [[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]] as const;
const STEP = 0.002;
const LONG_STEP = 0.02;
const WAYS: Record<string, Point> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The floor as most cameras see it: clockwise from its far left corner. */
export const firstInPicture = (): Point[] => [[0.35, 0.55], [0.65, 0.55], [0.85, 0.9], [0.15, 0.9]];

/** A square in the middle of the plan. */
export function firstOnPlan({ width, height }: Pick<FloorPlan, "width" | "height">): Point[] {
  const half = Math.min(width, height) / 6;
  const [x, y] = [half / width, half / height];
  return ([[-x, -y], [x, -y], [x, y], [-x, y]] as Point[]).map(([dx, dy]) => clamped([0.5 + dx, 0.5 + dy]));
}

/** The first fault, or null. Where every three points turn the same way in both, no horizon runs
 * between them and the plan is not mirrored. */
export function viewFault(picture: readonly Point[], plan: readonly Point[]): ViewFault | null {
  const [inPicture, onPlan] = [turns(picture), turns(plan)];
  if (inPicture.includes(0)) return "line_picture";
  if (onPlan.includes(0)) return "line_plan";
  if (crossesItself(picture)) return "crosses_picture";
  if (crossesItself(plan)) return "crosses_plan";
  return inPicture.some((turn, i) => turn !== onPlan[i]) ? "order" : null;
}

/** Of each three points: 1 clockwise, -1 the other way, 0 on one line. */
function turns(points: readonly Point[]): number[] {
  return TRIPLES.map((triple) => {
    const [a = [0, 0], b = [0, 0], c = [0, 0]] = triple.map((i) => points[i]);
    const twice = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]);
    return Math.abs(twice) < SMALLEST ? 0 : Math.sign(twice);
  });
}

/** Where an arrow key moves a point; null for other keys. far: a long step. zoom: the larger the
 * picture, the shorter the step. */
export function nudged([x, y]: Point, key: string, far: boolean, zoom: number): Point | null {
  const way = WAYS[key];
  if (way === undefined) return null;
  const step = (far ? LONG_STEP : STEP) / zoom;
  return clamped([x + way[0] * step, y + way[1] * step]);
}

/** Metres from each point to the next on a plan with this scale. */
export function sides(points: readonly Point[], plan: FloorPlan, metresPerPx: number): number[] {
  const places = points.map(([x, y]): Point => [x * plan.width, y * plan.height]);
  return places.map((place, i) => distance(place, places[(i + 1) % places.length] ?? place) * metresPerPx);
}
