/** The schedule of a zone: its text as core/schedule.py reads it, and its parts as people edit them. */

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Day = (typeof DAYS)[number];

/** Times are HH:MM; an end that is not after its start is on the next day. */
export interface Shift {
  first: Day;
  last: Day;
  start: string;
  end: string;
}

/**
 * Dates that are otherwise, YYYY-MM-DD. `also` is watched besides; `not` is not watched whatever the
 * others say: a holiday without hours, a permit with them. start and end are empty for the whole day.
 */
export interface Dates {
  word: "also" | "not";
  first: string;
  last: string;
  start: string;
  end: string;
}

export interface Schedule {
  shifts: Shift[];
  dates: Dates[];
}

export type ScheduleFault =
  | "unreadable"
  | "unknown_day"
  | "unknown_date"
  | "backward"
  | "bad_time"
  | "empty_window"
  | "always_and_more";

const WEEKLY = /^([a-z]{3})(?:-([a-z]{3}))? (\S+)$/;
const DATED = /^(also|not) (\d{4}-\d\d-\d\d)(?:\.\.(\d{4}-\d\d-\d\d))?(?: (\S+))?$/;
const HOURS = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/;
const MIDNIGHT = "24:00";

export function scheduleFault(text: string): ScheduleFault | null {
  const read = readSchedule(text);
  return typeof read === "string" ? read : null;
}

export function readSchedule(text: string): Schedule | ScheduleFault {
  const parts = text
    .toLowerCase()
    .split(";")
    .map((part) => part.trim().split(/\s+/).join(" "));
  const found: Schedule = { shifts: [], dates: [] };
  for (const part of parts) {
    if (part === "always") continue;
    const dated = DATED.exec(part);
    const read = dated === null ? readShift(part) : readDates(dated);
    if (typeof read === "string") return read;
    if ("word" in read) found.dates.push(read);
    else found.shifts.push(read);
  }
  const more = found.shifts.length > 0 || found.dates.some((one) => one.word === "also");
  return parts.includes("always") && more ? "always_and_more" : found;
}

/** What readSchedule would read again. Parts that are not filled in yet give a text with a fault. */
export function writeSchedule({ shifts, dates }: Schedule): string {
  const always = shifts.length === 0 && dates.every((one) => one.word === "not");
  const weekly = shifts.map(({ first, last, start, end }) => {
    const days = first === last ? first : `${first}-${last}`;
    return `${days} ${start}-${end}`;
  });
  const dated = dates.map(({ word, first, last, start, end }) => {
    const days = last === "" || last === first ? first : `${first}..${last}`;
    return `${word} ${days}${start === "" && end === "" ? "" : ` ${start}-${end}`}`;
  });
  return [...(always ? ["always"] : []), ...weekly, ...dated].join("; ");
}

/** Whether a window runs past midnight. */
export function endsNextDay(start: string, end: string): boolean {
  return start !== "" && end !== "" && end !== MIDNIGHT && end < start;
}

/** Browsers know no 24:00: the end of a day is edited as 00:00. */
export function shownEnd(end: string): string {
  return end === MIDNIGHT ? "00:00" : end;
}

export function keptEnd(shown: string): string {
  return shown === "00:00" ? MIDNIGHT : shown;
}

function readShift(text: string): Shift | ScheduleFault {
  const match = WEEKLY.exec(text);
  if (match === null) return "unreadable";
  const [, first = "", last = first, hours = ""] = match;
  if (!HOURS.test(hours)) return "unreadable";
  if (!isDay(first) || !isDay(last)) return "unknown_day";
  const read = readHours(hours);
  return typeof read === "string" ? read : { first, last, ...read };
}

function readDates(match: RegExpExecArray): Dates | ScheduleFault {
  const [, word, first = "", last = first, hours] = match;
  if (!isDate(first) || !isDate(last)) return "unknown_date";
  if (last < first) return "backward";
  const read = hours === undefined ? { start: "", end: "" } : readHours(hours);
  return typeof read === "string" ? read : { word: word as Dates["word"], first, last, ...read };
}

function readHours(text: string): { start: string; end: string } | ScheduleFault {
  const match = HOURS.exec(text);
  if (match === null) return "unreadable";
  const [startHour = 0, startMinute = 0, endHour = 0, endMinute = 0] = match.slice(1).map(Number);
  const start = startHour * 60 + startMinute;
  const end = endHour * 60 + endMinute;
  if (startMinute > 59 || endMinute > 59 || start > 1440 || end > 1440) return "bad_time";
  return start === end ? "empty_window" : { start: text.slice(0, 5), end: text.slice(6) };
}

function isDay(text: string): text is Day {
  return (DAYS as readonly string[]).includes(text);
}

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.valueOf()) && date.toISOString().slice(0, 10) === text;
}
