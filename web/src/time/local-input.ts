/** What a `datetime-local` field holds, read and written in the site's time zone. */
import { dateTime } from "./format";

const MINUTE_MS = 60_000;

/** `2026-05-07T14:03` for a moment in UTC seconds. */
export function toLocalInput(utc: number, timeZone: string): string {
  return dateTime(utc, timeZone).slice(0, 16).replace(" ", "T");
}

/** The moment in UTC seconds; NaN for a field that is not filled in. */
export function fromLocalInput(text: string, timeZone: string): number {
  const wanted = Date.parse(`${text}Z`);
  if (!Number.isFinite(wanted)) return Number.NaN;
  let guess = wanted;
  // Twice, because the offset may change between the first guess and the moment itself.
  for (let turn = 0; turn < 2; turn += 1) {
    guess += wanted - Date.parse(`${toLocalInput(guess / 1000, timeZone)}Z`);
  }
  return (Math.round(guess / MINUTE_MS) * MINUTE_MS) / 1000;
}
