/** One icon for each kind of hazard, so that colour is never the only sign. */
import type { Evidence, Hazard, HazardKind } from "../api/types";
import type { IconName } from "../components/icons";

export const KINDS: readonly HazardKind[] = [
  "missing_helmet",
  "restricted_zone",
  "blocked_exit",
  "camera_tamper",
  "unsafe_act",
  "unsafe_condition",
  "gas",
  "vibration",
  "door_contact",
  "other",
];

export const KIND_ICONS: Record<HazardKind, IconName> = {
  missing_helmet: "helmet",
  restricted_zone: "restricted",
  blocked_exit: "exit",
  camera_tamper: "blind",
  unsafe_act: "user",
  unsafe_condition: "alarm",
  gas: "gas",
  vibration: "pulse",
  door_contact: "exit",
  other: "alarm",
};

export function evidenceOf(hazard: Hazard, kind: Evidence["kind"]): Evidence | null {
  return hazard.evidence.find((one) => one.kind === kind) ?? null;
}

export function snapshotUrl(hazard: Hazard): string | null {
  return evidenceOf(hazard, "snapshot")?.url ?? null;
}

/** The name of the zone, empty where the whole picture is judged (core/zone.py: `picture`). */
export function zoneName(hazard: Hazard): string {
  return hazard.zone_id === "picture" ? "" : hazard.zone_name;
}

/** Where it is: the camera, or what a person or sensor named. */
export function placeName(hazard: Hazard): string {
  return hazard.camera_name || hazard.risk_unit_name || hazard.unit_name;
}

/** Seconds that the hazard lasted, or lasts by now. */
export function lastedSeconds(hazard: Hazard, now: number): number {
  return (hazard.ended ? hazard.last_seen_at : Math.max(now, hazard.last_seen_at)) - hazard.started_at;
}
