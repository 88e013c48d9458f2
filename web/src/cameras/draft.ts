/** A camera while it is edited, and what still stands in the way of saving it. */
import type { Camera, CameraWrite, FieldProblem, Zone } from "../api/types";
import { isId } from "../zones/naming";
import { polygonFault } from "../zones/polygon";
import { scheduleFault } from "../zones/schedule";

export type Faults = Record<string, string>;

export function emptyDraft(): CameraWrite {
  return { id: "", name: "", source: "", enabled: true, zones: [] };
}

export function draftOf(camera: Camera): CameraWrite {
  const { id, name, source, enabled, zones } = camera;
  return structuredClone({ id, name, source, enabled, zones });
}

/** Message keys by field place, such as `zones.0.schedule`. */
export function draftFaults(draft: CameraWrite, taken: readonly string[]): Faults {
  const faults: Faults = {};
  if (!isId(draft.id)) faults.id = "edit.idBad";
  else if (taken.includes(draft.id)) faults.id = "edit.idTaken";
  if (draft.name.trim() === "") faults.name = "edit.nameMissing";
  if (draft.source.trim() === "") faults.source = "edit.sourceMissing";
  draft.zones.forEach((zone, index) => {
    for (const [field, key] of Object.entries(zoneFaults(zone))) faults[`zones.${index}.${field}`] = key;
  });
  return faults;
}

export function zoneFaults(zone: Zone): Faults {
  const faults: Faults = {};
  const polygon = polygonFault(zone.polygon);
  if (polygon !== null) faults.polygon = `zone.fault.${polygon}`;
  if (zone.name.trim() === "") faults.name = "zone.nameMissing";
  if (!(zone.dwell_s >= 0 && zone.dwell_s <= 3600)) faults.dwell_s = "zone.dwellBad";
  const schedule = scheduleFault(zone.schedule);
  if (schedule !== null) faults.schedule = `zone.scheduleFault.${schedule}`;
  return faults;
}

/**
 * The service's own messages by field place.
 *
 * `body.zones[0].polygon[2]`, `zones.0.polygon` and `zones[0].polygon` all name the same field.
 */
export function serviceFaults(errors: readonly FieldProblem[]): Faults {
  const faults: Faults = {};
  for (const { place, message } of errors) {
    const path = place.replace(/\[(\d+)\]/g, ".$1").replace(/^(body|camera)\./, "");
    const field = /^zones\.\d+(\.[a-z_]+)?/.exec(path)?.[0] ?? path.split(".")[0] ?? path;
    faults[/^zones\.\d+$/.test(field) ? `${field}.polygon` : field] ??= message;
  }
  return faults;
}
