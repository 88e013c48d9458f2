/** Which of the pages' tools are offered; the service decides what may be done (hazards/access/roles.py). */
import { computed } from "vue";
import { session } from "./session";

function any(...roles: string[]) {
  return computed(() => (session.value?.roles ?? []).some((role) => roles.includes(role)));
}

export const mayEditRisk = any("safety_staff", "administrator");
export const mayApprove = any("manager", "administrator");
export const mayReadPoints = any(
  "safety_staff", "area_owner", "team_leader", "manager", "auditor", "administrator",
);
export const mayDecideAppeals = any("manager", "administrator");
export const mayKeepPoints = any("manager", "administrator");
