/** Times as people read them: the site's time zone, tabular, never the browser's guess. */

export interface Ago {
  unit: "now" | "seconds" | "minutes" | "hours" | "days";
  count: number;
}

interface Parts {
  date: string;
  clock: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const options: Intl.DateTimeFormatOptions = {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  };
  if (timeZone !== "") options.timeZone = timeZone;
  const format = new Intl.DateTimeFormat("en-CA", options);
  formats.set(timeZone, format);
  return format;
}

function partsOf(utc: number, timeZone: string): Parts {
  const found: Record<string, string> = {};
  for (const part of formatOf(timeZone).formatToParts(utc * 1000)) found[part.type] = part.value;
  return {
    date: `${found.year}-${found.month}-${found.day}`,
    clock: `${found.hour}:${found.minute}:${found.second}`,
  };
}

/** `14:03:09`; an empty text for times that are not known (0). */
export function clockTime(utc: number, timeZone: string): string {
  return utc > 0 ? partsOf(utc, timeZone).clock : "";
}

/** `2026-05-07 14:03:09`; an empty text for times that are not known (0). */
export function dateTime(utc: number, timeZone: string): string {
  if (utc <= 0) return "";
  const { date, clock } = partsOf(utc, timeZone);
  return `${date} ${clock}`;
}

/** `05-07 14:03:09`, for dense lists. */
export function shortDateTime(utc: number, timeZone: string): string {
  return dateTime(utc, timeZone).slice(5);
}

/** The largest unit that counts at least one; the future counts as now. */
export function ago(seconds: number): Ago {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 5) return { unit: "now", count: whole };
  if (whole < 60) return { unit: "seconds", count: whole };
  if (whole < 3600) return { unit: "minutes", count: Math.floor(whole / 60) };
  if (whole < 86400) return { unit: "hours", count: Math.floor(whole / 3600) };
  return { unit: "days", count: Math.floor(whole / 86400) };
}

/** `0:07`, `12:30`, `1:02:03`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, "0");
  if (hours === 0) return `${minutes}:${rest}`;
  return `${hours}:${String(minutes).padStart(2, "0")}:${rest}`;
}

/** `3.4 MB`; decimal units, as file managers show them. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(0)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
