/** Rules of the points as a form holds them: texts that may be wrong. */
import type { PolicyBody } from "../api/admin";

export const NUMBERS = [
  "month_begins_with",
  "repeat_days",
  "earned_per_day",
  "earned_per_month",
  "lost_per_day",
  "lost_per_month",
  "award_average",
  "appeal_days",
] as const;

export interface PolicyDraft {
  numbers: Record<(typeof NUMBERS)[number], string>;
  /** By kind: `10, 20, 30` for the first, the second, and each further time. */
  violations: Record<string, string>;
  /** By tier. */
  reports: Record<string, string>;
}

export function draftOf(body: PolicyBody): PolicyDraft {
  const texts = (values: Record<string, number | number[]>, join = ", ") =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, [value].flat().join(join)]));
  return {
    numbers: Object.fromEntries(NUMBERS.map((name) => [name, String(body[name])])) as PolicyDraft["numbers"],
    violations: texts(body.violations),
    reports: texts(body.reports),
  };
}

const whole = (text: string) => (/^\d{1,5}$/.test(text.trim()) ? Number(text) : Number.NaN);
const several = (text: string) => text.split(/[,，、\s]+/).filter(Boolean).map(whole);

/** The rules; null where a field holds no number. */
export function bodyOf(draft: PolicyDraft): PolicyBody | null {
  const numbers = NUMBERS.map((name) => [name, whole(draft.numbers[name])] as const);
  const violations = Object.entries(draft.violations).map(([key, text]) => [key, several(text)] as const);
  const reports = Object.entries(draft.reports).map(([key, text]) => [key, whole(text)] as const);
  const all = [...numbers.map(([, n]) => n), ...violations.flatMap(([, n]) => n), ...reports.map(([, n]) => n)];
  if (all.some(Number.isNaN) || violations.some(([, scale]) => scale.length === 0)) return null;
  return {
    ...(Object.fromEntries(numbers) as Record<(typeof NUMBERS)[number], number>),
    violations: Object.fromEntries(violations),
    reports: Object.fromEntries(reports),
  };
}
