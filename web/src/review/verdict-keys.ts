/** One key for each verdict, shown on its button. */
import type { Dismissal, Verdict } from "../api/types";
import { DISMISSALS } from "../tickets/words";

export type ReviewAct =
  | { act: "verdict"; verdict: Verdict; dismissal: Dismissal | null }
  | { act: "next" | "previous" | "subject" };

export const CONFIRM_KEY = "c";
export const SUBJECT_KEY = "a";
export const NEXT_KEY = "j";
export const PREVIOUS_KEY = "k";

/** 1 to 6, in the order in which the reasons are shown. */
export function dismissalKey(dismissal: Dismissal): string {
  return String(DISMISSALS.indexOf(dismissal) + 1);
}

/** What a key press means; null where it means nothing here. */
export function actOf(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "repeat">): ReviewAct | null {
  // A key that is held down must not judge case after case.
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return null;
  const key = event.key.toLowerCase();
  if (key === CONFIRM_KEY) return { act: "verdict", verdict: "confirmed", dismissal: null };
  if (key === SUBJECT_KEY) return { act: "subject" };
  if (key === NEXT_KEY || key === "arrowdown") return { act: "next" };
  if (key === PREVIOUS_KEY || key === "arrowup") return { act: "previous" };
  const dismissal = DISMISSALS[Number(key) - 1];
  return dismissal === undefined ? null : { act: "verdict", verdict: "dismissed", dismissal };
}

/** Whether a person is typing, so that letters are letters. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select") !== null;
}
