import { expect, it } from "vitest";
import { scheduleFault } from "../src/zones/schedule";

it.each([
  "always",
  "Always ",
  "mon-fri 08:00-18:00",
  "mon-fri 08:00-18:00; sat 20:00-06:00",
  "sun  00:00-24:00",
  "fri-mon 22:00-06:00",
])("reads %s", (text) => {
  expect(scheduleFault(text)).toBeNull();
});

it.each([
  ["", "unreadable"],
  ["mon 8:00-18:00", "unreadable"],
  ["mon-fri 08:00-18:00;", "unreadable"],
  ["mon-fre 08:00-18:00", "unknown_day"],
  ["mon 08:00-24:30", "bad_time"],
  ["mon 08:75-18:00", "bad_time"],
  ["mon 08:00-08:00", "empty_window"],
])("says what is wrong with %s", (text, fault) => {
  expect(scheduleFault(text)).toBe(fault);
});
