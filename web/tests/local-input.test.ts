import { describe, expect, it } from "vitest";
import { fromLocalInput, toLocalInput } from "../src/time/local-input";

describe("deadlines are typed in the site's time zone", () => {
  it("reads what it wrote", () => {
    const noon = 1_700_000_040 - (1_700_000_040 % 60);
    for (const zone of ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "UTC"]) {
      expect(fromLocalInput(toLocalInput(noon, zone), zone)).toBe(noon);
    }
  });

  it("does not use the browser's own zone", () => {
    expect(fromLocalInput("2026-05-07T08:00", "Asia/Shanghai")).toBe(Date.UTC(2026, 4, 7) / 1000);
  });

  it("keeps the hour on the day when summer time begins", () => {
    const noon = fromLocalInput("2026-03-29T12:00", "Europe/Berlin");
    expect(noon).toBe(Date.UTC(2026, 2, 29, 10) / 1000);
  });

  it("says that an empty field is no moment", () => {
    expect(fromLocalInput("", "UTC")).toBeNaN();
  });
});
