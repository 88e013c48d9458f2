/** What the administration knows of roles (hazards/access/roles.py). */
import type { Role } from "../api/admin";

export const ROLES: readonly Role[] = [
  "worker",
  "team_leader",
  "area_owner",
  "safety_staff",
  "security_room",
  "engineer",
  "manager",
  "auditor",
  "administrator",
];
