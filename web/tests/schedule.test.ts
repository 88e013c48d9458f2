import { describe, expect, it } from "vitest";
import { endsNextDay, keptEnd, readSchedule, scheduleFault, shownEnd, writeSchedule } from "../src/zones/schedule";

const GOOD = [
  "always",
  "mon-fri 08:00-18:00",
  "mon-fri 08:00-18:00; sat 20:00-06:00",
  "sun 00:00-24:00",
  "fri-mon 22:00-06:00",
  "always; not 2026-10-01..2026-10-07",
  "mon-fri 08:00-18:00; also 2026-10-10 08:00-18:00; not 2026-10-01..2026-10-07",
  "also 2026-10-10",
  "always; not 2026-11-03 22:00-02:00",
];

describe("a schedule", () => {
  it.each([...GOOD, "Always ", "sun  00:00-24:00", "not 2026-10-01"])("reads %s", (text) => {
    expect(scheduleFault(text)).toBeNull();
  });

  it.each(GOOD)("is written as it was read: %s", (text) => {
    const read = readSchedule(text);
    expect(typeof read === "string" ? read : writeSchedule(read)).toBe(text);
  });

  it.each([
    ["", "unreadable"],
    ["mon 8:00-18:00", "unreadable"],
    ["mon-fri 08:00-18:00;", "unreadable"],
    ["mon-fre 08:00-18:00", "unknown_day"],
    ["mon 08:00-24:30", "bad_time"],
    ["mon 08:75-18:00", "bad_time"],
    ["mon 08:00-08:00", "empty_window"],
    ["not 2026-02-30", "unknown_date"],
    ["also 2026-13-01 08:00-18:00", "unknown_date"],
    ["not 2026-10-07..2026-10-01", "backward"],
    ["not 2026-10-01 08:00-08:00", "empty_window"],
    ["not 2026-10-01 -", "unreadable"],
    ["always; mon 08:00-18:00", "always_and_more"],
    ["always; also 2026-10-10", "always_and_more"],
  ])("says what is wrong with %s", (text, fault) => {
    expect(scheduleFault(text)).toBe(fault);
  });

  it("that is not filled in yet is a fault", () => {
    const dates = [{ word: "not" as const, first: "", last: "", start: "", end: "" }];
    expect(scheduleFault(writeSchedule({ shifts: [], dates }))).toBe("unreadable");
  });

  it("knows which windows run past midnight", () => {
    expect(endsNextDay("20:00", "06:00")).toBe(true);
    expect(endsNextDay("08:00", "24:00")).toBe(false);
    expect([shownEnd("24:00"), keptEnd("00:00"), keptEnd("06:00")]).toEqual(["00:00", "24:00", "06:00"]);
  });
});
