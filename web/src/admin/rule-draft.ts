/** A ticket rule as a form holds it: texts that may be wrong, and lists whose empty choice means all. */
import type { TicketRule } from "../api/admin";
import { fromHours, toHours } from "./hours";

export interface RuleDraft {
  /** Was never saved. */
  fresh: boolean;
  id: string;
  enabled: boolean;
  kind: string;
  grade: string;
  /** Percent. */
  confidence: string;
  schedule: string;
  tier: TicketRule["tier"];
  assignee: string;
  hours: string;
  atOnce: boolean;
  days: string;
}

export const OWNER = "owner";

export function draftOf(rule: TicketRule): RuleDraft {
  return {
    fresh: false,
    id: rule.id,
    enabled: rule.enabled,
    kind: rule.kind ?? "",
    grade: rule.grade ?? "",
    confidence: String(Math.round(rule.min_confidence * 100)),
    schedule: rule.schedule,
    tier: rule.tier,
    assignee: rule.assignee,
    hours: toHours(rule.deadline_s),
    atOnce: rule.at_once,
    days: String(rule.recurrence_days),
  };
}

export function freshDraft(): RuleDraft {
  const id = `rule-${crypto.randomUUID().slice(0, 8)}`;
  return {
    fresh: true, id, enabled: true, kind: "", grade: "", confidence: "0", schedule: "always",
    tier: "general", assignee: OWNER, hours: "24", atOnce: false, days: "30",
  };
}

/** The name of the first field that cannot be sent, empty where all can. */
export function faultOf(draft: RuleDraft): "" | "confidence" | "hours" | "days" | "schedule" {
  const confidence = Number(draft.confidence);
  if (draft.confidence.trim() === "" || !(confidence >= 0 && confidence <= 100)) return "confidence";
  if (!(fromHours(draft.hours) > 0)) return "hours";
  if (!/^\d{1,4}$/.test(draft.days.trim()) || Number(draft.days) > 3650) return "days";
  if (draft.schedule.trim() === "") return "schedule";
  return "";
}

export function ruleOf(draft: RuleDraft): TicketRule {
  return {
    id: draft.id,
    enabled: draft.enabled,
    kind: draft.kind === "" ? null : (draft.kind as TicketRule["kind"]),
    grade: draft.grade === "" ? null : draft.grade,
    min_confidence: Number(draft.confidence) / 100,
    schedule: draft.schedule.trim(),
    tier: draft.tier,
    assignee: draft.assignee,
    deadline_s: fromHours(draft.hours),
    at_once: draft.atOnce,
    recurrence_days: Number(draft.days),
  };
}
