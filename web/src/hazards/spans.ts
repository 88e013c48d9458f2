/** The stretches of a clip in which the alarm was on. */
import type { JudgedPicture, Evidence, Hazard } from "../api/types";

const JOIN_S = 1;

/** [from, to] pairs in media seconds: from the judged boxes, or from the hazard where none alarm. */
export function alarmSpans(
  hazard: Hazard,
  clip: Evidence,
  frames: readonly JudgedPicture[],
): [number, number][] {
  const spans: [number, number][] = [];
  for (const frame of frames) {
    if (!frame.boxes.some((box) => box.alarm)) continue;
    const at = frame.timestamp - clip.started_at;
    const last = spans.at(-1);
    if (last !== undefined && at - last[1] <= JOIN_S) last[1] = at;
    else spans.push([at, at]);
  }
  if (spans.length > 0) return spans;
  const from = Math.max(0, hazard.started_at - clip.started_at);
  const to = Math.min(clip.duration_s, hazard.last_seen_at - clip.started_at);
  return to >= from ? [[from, to]] : [];
}
