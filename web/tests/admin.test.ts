import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { daysBetween, weekdayOf } from "../src/admin/days";
import { fromHours, toHours } from "../src/admin/hours";
import { bodyOf, draftOf as policyDraft } from "../src/admin/policy-draft";
import { draftOf, faultOf, freshDraft, ruleOf } from "../src/admin/rule-draft";
import { inTreeOrder, unitChoices } from "../src/admin/units";
import type { PolicyBody, TicketRule, Unit } from "../src/api/admin";
import adminZhCN from "../src/i18n/admin-zh-CN";
import { linkOf } from "../src/inbox/words";

const unit = (id: string, parent_id: string | null, path: string, position = 0): Unit => ({
  id, parent_id, path, position, name: id.toUpperCase(), kind: "team",
});
const TREE = [
  unit("site", null, "/site/"),
  unit("b", "site", "/site/b/", 0),
  unit("a", "site", "/site/a/", 1),
  unit("c", "b", "/site/b/c/"),
];
const RULE: TicketRule = {
  id: "r", enabled: true, kind: "gas", grade: null, min_confidence: 0.85, schedule: "always",
  tier: "larger", assignee: "owner", deadline_s: 5400, at_once: true, recurrence_days: 7,
};
const POLICY: PolicyBody = {
  month_begins_with: 100, violations: { missing_helmet: [10, 20, 30] }, reports: { general: 5 },
  repeat_days: 30, earned_per_day: 20, earned_per_month: 60, lost_per_day: 50, lost_per_month: 100,
  award_average: 60, appeal_days: 7,
};

describe("days of the calendar", () => {
  it("are listed across a month, and none where the last comes first", () => {
    expect(daysBetween("2026-09-30", "2026-10-02")).toEqual(["2026-09-30", "2026-10-01", "2026-10-02"]);
    expect(daysBetween("2026-10-01", "2026-10-01")).toEqual(["2026-10-01"]);
    expect(daysBetween("2026-10-02", "2026-10-01")).toEqual([]);
  });

  it("have their weekday, wherever the browser is", () => {
    expect([weekdayOf("2026-10-01"), weekdayOf("2026-10-04")]).toEqual(["thu", "sun"]);
  });
});

describe("the organisation as a list", () => {
  it("goes by position, each unit after the one above it", () => {
    expect(inTreeOrder(TREE).map((one) => one.id)).toEqual(["site", "b", "c", "a"]);
  });

  it("offers no place below the unit that moves", () => {
    expect(unitChoices(TREE, TREE[1]).map((one) => one.value)).toEqual(["site", "a"]);
    expect(unitChoices(TREE)[2]?.label).toBe("\u3000\u3000C");
  });

  it("loses nothing where the unit above is missing", () => {
    expect(inTreeOrder(TREE.slice(1)).map((one) => one.id)).toEqual(["b", "c", "a"]);
  });
});

describe("a ticket rule", () => {
  it("comes back as it was", () => {
    expect(ruleOf(draftOf(RULE))).toEqual(RULE);
    expect(faultOf(freshDraft())).toBe("");
  });

  it("is not sent with what is no number", () => {
    const wrong = (change: object) => faultOf({ ...draftOf(RULE), ...change });
    expect(wrong({ confidence: "101" })).toBe("confidence");
    expect(wrong({ confidence: "" })).toBe("confidence");
    expect(wrong({ hours: "soon" })).toBe("hours");
    expect(wrong({ hours: "0" })).toBe("hours");
    expect(wrong({ days: "1.5" })).toBe("days");
    expect(wrong({ schedule: " " })).toBe("schedule");
  });

  it("counts deadlines in hours", () => {
    expect([toHours(5400), fromHours("1.5")]).toEqual(["1.5", 5400]);
    expect(fromHours(" ")).toBeNaN();
  });
});

describe("the rules of the points", () => {
  it("come back as they were", () => {
    expect(bodyOf(policyDraft(POLICY))).toEqual(POLICY);
  });

  it("take any comma and refuse what is no number", () => {
    const draft = policyDraft(POLICY);
    draft.violations.missing_helmet = "10，20、 50";
    expect(bodyOf(draft)?.violations.missing_helmet).toEqual([10, 20, 50]);
    for (const text of ["", "-5", "ten", "10, x"]) {
      draft.violations.missing_helmet = text;
      expect(bodyOf(draft), text).toBeNull();
    }
  });
});

describe("messages", () => {
  it("have words for every code of the service", () => {
    const source = readFileSync(new URL("../../service/message_texts.py", import.meta.url), "utf8");
    const table = source.split("TEXTS")[1]!.split("# fmt")[0]!;
    const codes = [...table.matchAll(/^ {4}"(\w+)": \{/gm)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(5);
    expect(Object.keys(adminZhCN.inbox.code).sort()).toEqual(codes.sort());
  });

  it("lead to what they are about", () => {
    const message = (code: string, details: Record<string, unknown>) => ({ id: "m", code, details, made_at: 1 });
    expect(linkOf(message("overdue", { ticket_id: "t" }))).toEqual({ name: "ticket", params: { id: "t" } });
    expect(linkOf(message("checks_due", { count: 2 }))).toBeNull();
    expect(linkOf(message("days_running", { person_id: "li" }))?.params).toEqual({ account: "person:li" });
  });
});
