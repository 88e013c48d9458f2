/** The schedule text of a zone, checked as core/schedule.py reads it. */

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const WINDOW = /^([a-z]{3})(?:-([a-z]{3}))? (\d\d):(\d\d)-(\d\d):(\d\d)$/;

export type ScheduleFault = "unreadable" | "unknown_day" | "bad_time" | "empty_window";

export function scheduleFault(text: string): ScheduleFault | null {
  const cleaned = text.toLowerCase().trim().split(/\s+/).join(" ");
  if (cleaned === "always") return null;
  for (const part of cleaned.split(";")) {
    const fault = windowFault(part.trim());
    if (fault !== null) return fault;
  }
  return null;
}

function windowFault(text: string): ScheduleFault | null {
  const match = WINDOW.exec(text);
  if (match === null) return "unreadable";
  const [, first = "", last = first, ...numbers] = match;
  if (!DAYS.includes(first) || !DAYS.includes(last)) return "unknown_day";
  const [startHour = 0, startMinute = 0, endHour = 0, endMinute = 0] = numbers.map(Number);
  const start = startHour * 60 + startMinute;
  const end = endHour * 60 + endMinute;
  if (startMinute > 59 || endMinute > 59 || start > 1440 || end > 1440) return "bad_time";
  return start === end ? "empty_window" : null;
}
