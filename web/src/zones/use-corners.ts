/** Corners over a picture that a pointer takes hold of and drags. Points are shares, 0..1. */
import { type Ref, ref } from "vue";
import type { Point } from "../api/types";
import { clamped, nearestCorner } from "./polygon";

/** CSS pixels around a corner in which it is taken hold of; a finger is less exact. */
const REACH_PX = 14;
const FINGER_PX = 24;

export function useCorners(
  surface: Ref<Element | null>,
  points: () => readonly Point[],
  move: (index: number, to: Point) => void,
) {
  /** The one that was taken hold of last, -1 for none. */
  const corner = ref(-1);
  /** From the pointer to the corner that it drags. */
  let grip: Point | null = null;

  function box(): DOMRect {
    return (surface.value as Element).getBoundingClientRect();
  }

  function at(event: MouseEvent): Point {
    const { left, top, width, height } = box();
    return clamped([(event.clientX - left) / width, (event.clientY - top) / height]);
  }

  /** Which of some corners the pointer is at, -1 for none. */
  function reached(corners: readonly Point[], event: PointerEvent): number {
    const { left, top, width, height } = box();
    const places = corners.map(([x, y]): Point => [x * width, y * height]);
    const reach = event.pointerType === "mouse" ? REACH_PX : FINGER_PX;
    return nearestCorner(places, [event.clientX - left, event.clientY - top], reach);
  }

  function grab(event: PointerEvent): boolean {
    corner.value = reached(points(), event);
    const held = points()[corner.value];
    if (held === undefined) return false;
    const [x, y] = at(event);
    grip = [held[0] - x, held[1] - y];
    surface.value?.setPointerCapture(event.pointerId);
    return true;
  }

  function drag(event: PointerEvent): void {
    if (grip === null) return;
    const [x, y] = at(event);
    move(corner.value, clamped([x + grip[0], y + grip[1]]));
  }

  function drop(): void {
    grip = null;
  }

  return { corner, at, reached, grab, drag, drop };
}
