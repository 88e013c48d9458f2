import { describe, expect, it } from "vitest";
import { actOf, dismissalKey } from "../src/review/verdict-keys";
import { DISMISSALS } from "../src/tickets/words";

const press = (key: string, more: object = {}) =>
  actOf({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...more });

describe("one key for each verdict", () => {
  it("confirms and dismisses with the reason whose digit is shown", () => {
    expect(press("c")).toEqual({ act: "verdict", verdict: "confirmed", dismissal: null });
    for (const dismissal of DISMISSALS) {
      expect(press(dismissalKey(dismissal))).toEqual({ act: "verdict", verdict: "dismissed", dismissal });
    }
  });

  it("knows no other digit", () => {
    for (const key of ["0", "7", "9", "x", " ", "Enter"]) expect(press(key)).toBeNull();
  });

  it("never judges by a key that is held down, or by a shortcut of the browser", () => {
    expect(press("c", { repeat: true })).toBeNull();
    expect(press("c", { ctrlKey: true })).toBeNull();
    expect(press("1", { altKey: true })).toBeNull();
  });
});
