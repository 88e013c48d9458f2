import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ROLES } from "../src/admin/words";
import { ADMIN, FIRST, NEEDED, opens } from "../src/state/roles";

const source = readFileSync(new URL("../../hazards/access/roles.py", import.meta.url), "utf8");

/** The table of hazards/access/roles.py. */
function capabilitiesOf(role: string): string[] {
  const words = new Map([...source.matchAll(/^ {4}([A-Z_]+) = "(\w+)"/gm)].map(([, name, word]) => [name, word]));
  if (role === "administrator") {
    return [...source.split("class Role")[0]!.matchAll(/^ {4}[A-Z_]+ = "(\w+)"/gm)].map(([, word]) => word!);
  }
  const entry = source.match(new RegExp(`Role\\.${role.toUpperCase()}: frozenset\\(([^}]*)\\}`));
  return [...(entry?.[1] ?? "").matchAll(/_C\.([A-Z_]+)/g)].map(([, name]) => words.get(name!)!);
}

const pagesOf = (role: string) => Object.keys(NEEDED).filter((name) => opens(capabilitiesOf(role), name));

describe("the menu", () => {
  it("names capabilities that the service knows", () => {
    const known = capabilitiesOf("administrator");
    expect(known.length).toBeGreaterThan(15);
    for (const needed of Object.values(NEEDED)) expect(known).toEqual(expect.arrayContaining([...needed]));
  });

  it("opens everything to an administrator and nothing of it to nobody", () => {
    expect(pagesOf("administrator")).toEqual(Object.keys(NEEDED));
    expect(Object.keys(NEEDED).filter((name) => opens([], name))).toEqual([]);
  });

  it("shows a worker the own things only", () => {
    expect(pagesOf("worker")).toEqual(["report", "points", "rewards", "inbox"]);
    expect(FIRST.find((name) => opens(capabilitiesOf("worker"), name))).toBe("tickets");
  });

  it("shows each role the administration of its own field", () => {
    const admin = (role: string) => ADMIN.filter((name) => opens(capabilitiesOf(role), name));
    expect(admin("safety_staff")).toEqual(["check-lists"]);
    expect(admin("engineer")).toEqual(["ticket-rules"]);
    expect(admin("manager")).toEqual(["points-policy"]);
    for (const role of ["worker", "team_leader", "area_owner", "auditor", "security_room"]) {
      expect(admin(role), role).toEqual([]);
    }
  });

  it("knows every role", () => {
    const roles = [...source.split("class Role")[1]!.split("_C =")[0]!.matchAll(/= "(\w+)"/g)].map(([, word]) => word);
    expect([...ROLES].sort()).toEqual(roles.sort());
  });
});
