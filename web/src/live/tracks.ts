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
 * A box seen before and after stands between both places: the same track, or a head or helmet
 * found again where its person took it. Anything else is shown where it was last judged, for at
 * most 0.7 s.
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
    const later = box.track_id === 0 ? carriedTo(box, before.boxes, after.boxes) : trackIn(after.boxes, box);
    if (later !== null) boxes.push({ ...box, xyxy: between(box.xyxy, later, age / gap) });
    else if (age <= OLDEST_S) boxes.push(box);
  }
  return boxes;
}

function trackIn(boxes: readonly Box[], box: Box): Xyxy | null {
  return boxes.find((one) => isSame(one, box))?.xyxy ?? null;
}

/** Where a box without a track is in the later picture; null where that cannot be told. */
function carriedTo(box: Box, before: readonly Box[], after: readonly Box[]): Xyxy | null {
  const person = before.find((one) => one.label === "person" && carries(one.xyxy, box.xyxy));
  const moved = person === undefined ? null : trackIn(after, person);
  const expected = person === undefined || moved === null ? null : shifted(box.xyxy, person.xyxy, moved);
  const from = expected ?? box.xyxy;
  const reach = from[2] - from[0] + from[3] - from[1];
  let nearest = expected;
  let least = reach;
  for (const one of after) {
    const apart = distanceOf(one.xyxy, from);
    if (one.track_id === 0 && one.label === box.label && apart < least) {
      nearest = one.xyxy;
      least = apart;
    }
  }
  return nearest;
}

/** A box that goes where its person went: sideways with the middle, up and down with the top. */
function shifted([x1, y1, x2, y2]: Xyxy, person: Xyxy, moved: Xyxy): Xyxy {
  const right = (moved[0] + moved[2] - person[0] - person[2]) / 2;
  const down = moved[1] - person[1];
  return [x1 + right, y1 + down, x2 + right, y2 + down];
}

function distanceOf(a: Xyxy, b: Xyxy): number {
  return Math.hypot(a[0] + a[2] - b[0] - b[2], a[1] + a[3] - b[1] - b[3]) / 2;
}

/** Whether the middle of a box lies in the upper half of a person, or just above. */
function carries(person: Xyxy, box: Xyxy): boolean {
  const x = (box[0] + box[2]) / 2;
  const y = (box[1] + box[3]) / 2;
  const height = person[3] - person[1];
  return x >= person[0] && x <= person[2] && y >= person[1] - height * 0.1 && y <= person[1] + height / 2;
}

function isSame(a: Box, b: Box): boolean {
  return a.track_id === b.track_id && a.label === b.label;
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
