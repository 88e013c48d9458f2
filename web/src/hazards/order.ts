import type { Hazard } from "../api/types";

/** Newest start first; the id decides between equals, so that rows never swap. */
export function sortNewest(hazards: Hazard[]): Hazard[] {
  return hazards.sort((a, b) => b.started_at - a.started_at || a.id.localeCompare(b.id));
}
