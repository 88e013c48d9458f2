/** What makes a drawn polygon usable; the same rules as core/geometry.py and core/zone.py. */
import type { Point } from "../api/types";

export type PolygonFault = "few_points" | "outside" | "crosses_itself" | "too_small";

export const MINIMUM_AREA = 1e-4;

/** The first fault, or null. Points are shares of the picture, 0..1. */
export function polygonFault(points: readonly Point[]): PolygonFault | null {
  if (points.length < 3) return "few_points";
  if (points.some(([x, y]) => !(x >= 0 && x <= 1 && y >= 0 && y <= 1))) return "outside";
  if (crossesItself(points)) return "crosses_itself";
  return polygonArea(points) < MINIMUM_AREA ? "too_small" : null;
}

export function polygonArea(points: readonly Point[]): number {
  let twice = 0;
  for (const [[x1, y1], [x2, y2]] of edges(points)) twice += x1 * y2 - x2 * y1;
  return Math.abs(twice) / 2;
}

/** Whether two edges that are not neighbours meet. */
export function crossesItself(points: readonly Point[]): boolean {
  const all = edges(points);
  return all.some(([a, b], i) =>
    all.some(([c, d], j) => {
      const neighbours = j <= i + 1 || (j + 1) % all.length === i;
      return !neighbours && segmentsMeet(a, b, c, d);
    }),
  );
}

function edges(points: readonly Point[]): [Point, Point][] {
  return points.map((point, i) => [point, points[(i + 1) % points.length] ?? point]);
}

function segmentsMeet(a: Point, b: Point, c: Point, d: Point): boolean {
  const ab = [side(a, b, c), side(a, b, d)] as const;
  const cd = [side(c, d, a), side(c, d, b)] as const;
  if (ab[0] !== ab[1] && cd[0] !== cd[1]) return true;
  return (
    (ab[0] === 0 && isBetween(a, b, c)) ||
    (ab[1] === 0 && isBetween(a, b, d)) ||
    (cd[0] === 0 && isBetween(c, d, a)) ||
    (cd[1] === 0 && isBetween(c, d, b))
  );
}

function side(p: Point, q: Point, r: Point): number {
  return Math.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]));
}

function isBetween(p: Point, q: Point, r: Point): boolean {
  return ([0, 1] as const).every(
    (axis) => Math.min(p[axis], q[axis]) <= r[axis] && r[axis] <= Math.max(p[axis], q[axis]),
  );
}

/** Inside the picture, to a ten-thousandth of its side. */
export function clamped([x, y]: Point): Point {
  const share = (value: number) => Math.round(Math.min(Math.max(value, 0), 1) * 1e4) / 1e4;
  return [share(x), share(y)];
}

/** Index after which a new point at `at` lengthens the outline least. */
export function nearestEdge(points: readonly Point[], at: Point): number {
  let best = points.length - 1;
  let least = Infinity;
  edges(points).forEach(([a, b], i) => {
    const detour = distance(a, at) + distance(at, b) - distance(a, b);
    if (detour < least) [best, least] = [i, detour];
  });
  return best;
}

/** The corner nearest to `at` within `reach`, or -1. All in the same unit. */
export function nearestCorner(points: readonly Point[], at: Point, reach: number): number {
  const away = points.map((point) => distance(point, at));
  const least = Math.min(...away);
  return least <= reach ? away.indexOf(least) : -1;
}

export function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}
