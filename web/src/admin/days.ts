/** Days of the calendar as the service writes them, `2026-10-01`. */
import { DAYS } from "../zones/schedule";

const DAY_MS = 86_400_000;
const start = (day: string) => Date.parse(`${day}T00:00:00Z`);

export const weekdayOf = (day: string) => DAYS[(new Date(start(day)).getUTCDay() + 6) % 7] ?? "mon";

/** Every day from the first to the last. */
export function daysBetween(first: string, last: string): string[] {
  const found: string[] = [];
  for (let at = start(first); at <= start(last); at += DAY_MS) {
    found.push(new Date(at).toISOString().slice(0, 10));
  }
  return found;
}
