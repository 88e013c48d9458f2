/** What the pages know of tickets. */
import type { TicketQuery } from "../api/ticket-calls";
import type { Dismissal, TicketState, TicketStepName, TicketTier } from "../api/types";

export const TIERS: readonly TicketTier[] = ["on_the_spot", "general", "larger", "major"];

export const OPEN_STATES: readonly TicketState[] = [
  "detected",
  "confirmed",
  "assigned",
  "rectified",
  "verified",
];

export const DISMISSALS: readonly Dismissal[] = [
  "not_a_person",
  "helmet_worn",
  "permitted",
  "camera_fault",
  "duplicate",
  "other",
];

/** Steps that carry a ticket towards its end; the others hold it up or turn it back. */
export const FORWARD: ReadonlySet<TicketStepName> = new Set([
  "confirm",
  "assign",
  "rectify",
  "verify",
  "accept",
  "close",
]);

/** What a step asks for (hazards/tickets/transitions.py: NEEDS). */
export const NEEDS_REASON: ReadonlySet<TicketStepName> = new Set(["reject", "reopen", "postpone"]);
export const NEEDS_PHOTOS: ReadonlySet<TicketStepName> = new Set(["rectify"]);

export type TicketView = "mine" | "open" | "overdue" | "supervised" | "ended" | "all";
export const VIEWS: readonly TicketView[] = [
  "mine",
  "open",
  "overdue",
  "supervised",
  "ended",
  "all",
];

/** What a tab of the list asks the service for. */
export function queryOf(
  view: TicketView,
  tier: TicketQuery["tier"],
  kind: TicketQuery["kind"],
): TicketQuery {
  const states: Record<TicketView, readonly TicketState[]> = {
    mine: OPEN_STATES,
    open: OPEN_STATES,
    overdue: [],
    supervised: OPEN_STATES,
    ended: ["closed", "dismissed"],
    all: [],
  };
  return {
    states: states[view],
    tier,
    kind,
    mine: view === "mine",
    overdue: view === "overdue",
    supervised: view === "supervised",
  };
}
