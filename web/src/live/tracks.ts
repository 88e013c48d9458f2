/** Which boxes belong to a picture. */
import type { Box, JudgedPicture, Xyxy } from "../api/types";

const OLDEST_S = 0.7;
const LONGEST_BRIDGE_S = 2;

/** Judged pictures of the last seconds, in order of their time. */
export class TrackHistory {
  private frames: JudgedPicture[] = [];

  constructor(private readonly keepS = 30) {}

  add(frame: JudgedPicture): void {
    const last = this.frames.at(-1);
    this.frames.push(frame);
    if (last !== undefined && frame.timestamp < last.timestamp) {
      this.frames.sort((a, b) => a.timestamp - b.timestamp);
    }
    const oldest = (this.frames.at(-1) ?? frame).timestamp - this.keepS;
    if ((this.frames[0] ?? frame).timestamp < oldest) {
      this.frames = this.frames.filter((one) => one.timestamp >= oldest);
    }
  }

  clear(): void {
    this.frames = [];
  }

  at(utc: number): Box[] {
    return boxesAt(this.frames, utc);
  }
}

/**
 * Boxes of the picture at a time; frames in order of their time.
 *
 * A track seen before and after stands between both places; anything else is shown where it was
 * last judged, for at most 0.7 s.
 */
export function boxesAt(frames: readonly JudgedPicture[], utc: number): Box[] {
  const index = lastAtOrBefore(frames, utc);
  const before = frames[index];
  if (before === undefined) return [];
  const age = utc - before.timestamp;
  const after = frames[index + 1];
  const gap = after === undefined ? Infinity : after.timestamp - before.timestamp;
  if (after === undefined || gap > LONGEST_BRIDGE_S || gap <= 0) {
    return age <= OLDEST_S ? before.boxes : [];
  }
  const boxes: Box[] = [];
  for (const box of before.boxes) {
    const later = after.boxes.find((one) => isSame(one, box));
    if (later !== undefined) boxes.push({ ...box, xyxy: between(box.xyxy, later.xyxy, age / gap) });
    else if (age <= OLDEST_S) boxes.push(box);
  }
  return boxes;
}

function isSame(a: Box, b: Box): boolean {
  return a.track_id !== 0 && a.track_id === b.track_id && a.label === b.label;
}

function between(a: Xyxy, b: Xyxy, share: number): Xyxy {
  const at = (i: 0 | 1 | 2 | 3) => a[i] + (b[i] - a[i]) * share;
  return [at(0), at(1), at(2), at(3)];
}

function lastAtOrBefore(frames: readonly JudgedPicture[], utc: number): number {
  let low = 0;
  let high = frames.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((frames[middle]?.timestamp ?? Infinity) <= utc) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
