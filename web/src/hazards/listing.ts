/** A list of hazards that stays right while new ones arrive. */
import type { HazardQuery } from "../api/calls";
import type { Hazard } from "../api/types";
import { sortNewest } from "./order";

/** Both lists as one, later news winning, newest start first. */
export function merge(shown: readonly Hazard[], news: readonly Hazard[]): Hazard[] {
  const all = new Map(shown.map((hazard) => [hazard.id, hazard]));
  for (const hazard of news) all.set(hazard.id, hazard);
  return sortNewest([...all.values()]);
}

/** Whether a hazard belongs into a filtered list. */
export function fits(hazard: Hazard, query: HazardQuery): boolean {
  return (
    (query.camera_id === "" || query.camera_id === hazard.camera_id) &&
    (query.kind === "" || query.kind === hazard.kind) &&
    (query.open === "" || (query.open === "true") !== hazard.ended)
  );
}
