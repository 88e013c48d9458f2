/** What the signed-in user may do somewhere, as the service says (hazards/access/roles.py), and
 * which pages that opens. The service refuses whatever is asked for beyond it. */
import { computed } from "vue";
import type { Session } from "../api/types";
import { session } from "./session";

export type Capability = Session["capabilities"][number];

/** By the name of a route: one of these is needed. A route that is not named here is for everybody. */
export const NEEDED: Record<string, readonly Capability[]> = {
  wall: ["watch"],
  alarms: ["watch"],
  review: ["review"],
  report: ["report"],
  map: ["watch"],
  "map-edit": ["edit_risk"],
  points: ["report", "read_points"],
  appeals: ["read_points"],
  rewards: ["report"],
  cameras: ["edit_cameras"],
  "camera-new": ["edit_cameras"],
  camera: ["edit_cameras"],
  inbox: ["report", "read_points"],
  people: ["edit_people"],
  organisation: ["edit_people"],
  users: ["administer"],
  "ticket-rules": ["edit_cameras"],
  escalation: ["administer"],
  "working-time": ["administer"],
  channels: ["administer"],
  "check-lists": ["edit_risk"],
  "points-policy": ["close_month"],
};

/** The pages of the administration, in their order. */
export const ADMIN = [
  "people", "organisation", "users", "ticket-rules", "escalation", "working-time", "channels",
  "check-lists", "points-policy",
] as const;
/** Where somebody lands who may not see the wall. */
export const FIRST = ["wall", "tickets"] as const;

export function opens(capabilities: readonly string[], name: string): boolean {
  return NEEDED[name]?.some((one) => capabilities.includes(one)) ?? true;
}

export const offered = (name: string) => opens(session.value?.capabilities ?? [], name);
export const adminPages = computed(() => ADMIN.filter(offered));

const may = (capability: Capability) =>
  computed(() => session.value?.capabilities.includes(capability) ?? false);

export const mayEditRisk = may("edit_risk");
export const mayApprove = may("accept");
export const mayReadPoints = may("read_points");
export const mayDecideAppeals = may("decide_appeals");
export const mayKeepPoints = may("close_month");
export const mayEditCameras = may("edit_cameras");
