import { expect, it } from "vitest";
import { ago, clockTime, dateTime, durationText, shortDateTime, sizeText } from "../src/time/format";
import { clockOffset } from "../src/time/clock";

const NOON_UTC = Date.UTC(2026, 4, 7, 12, 3, 9) / 1000;

it("shows times in the site's time zone", () => {
  expect(dateTime(NOON_UTC, "Asia/Shanghai")).toBe("2026-05-07 20:03:09");
  expect(clockTime(NOON_UTC, "UTC")).toBe("12:03:09");
  expect(shortDateTime(NOON_UTC, "UTC")).toBe("05-07 12:03:09");
});

it("begins the day at 00, not 24", () => {
  expect(clockTime(Date.UTC(2026, 0, 1) / 1000, "UTC")).toBe("00:00:00");
});

it("shows nothing for a time that is not known", () => {
  expect(dateTime(0, "UTC")).toBe("");
});

it.each([
  [-4, "now", 0],
  [4.9, "now", 4],
  [59, "seconds", 59],
  [60, "minutes", 1],
  [7199, "hours", 1],
  [200_000, "days", 2],
] as const)("tells %d seconds ago in the largest unit", (seconds, unit, count) => {
  expect(ago(seconds)).toEqual({ unit, count });
});

it("writes durations", () => {
  expect(durationText(7.4)).toBe("0:07");
  expect(durationText(3723)).toBe("1:02:03");
});

it("writes sizes", () => {
  expect(sizeText(900)).toBe("900 B");
  expect(sizeText(3_420_000)).toBe("3.4 MB");
});

it("takes clocks that differ by less than the header can tell as equal", () => {
  const now = Date.UTC(2026, 4, 7, 12, 0, 0, 800);
  expect(clockOffset("Thu, 07 May 2026 12:00:00 GMT", now)).toBe(0);
  expect(clockOffset("Thu, 07 May 2026 12:05:00 GMT", now)).toBeCloseTo(299.7);
  expect(clockOffset("", now)).toBe(0);
});
