import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import en from "../src/i18n/en";
import zhCN from "../src/i18n/zh-CN";

type Tree = { [key: string]: string | Tree };

function leaves(tree: Tree, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const place = path === "" ? key : `${path}.${key}`;
    if (typeof value === "string") found.set(place, value);
    else for (const [inner, text] of leaves(value, place)) found.set(inner, text);
  }
  return found;
}

const chinese = leaves(zhCN);
const english = leaves(en);

describe("the two languages", () => {
  it("have the same keys", () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort());
  });

  it("have no empty text", () => {
    for (const texts of [chinese, english]) {
      for (const [key, text] of texts) expect(text.trim(), key).not.toBe("");
    }
  });

  it("fill in the same values", () => {
    const places = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
    for (const [key, text] of chinese) expect(places(english.get(key) ?? ""), key).toEqual(places(text));
  });
});

describe("problems", () => {
  const known = Object.keys(zhCN.problem);

  it("of core/errors.py all have a text", () => {
    const source = readFileSync(new URL("../../core/errors.py", import.meta.url), "utf8");
    const codes = [...source.matchAll(/^ {4}code = "(\w+)"/gm)].map((match) => match[1]);
    expect(codes.length).toBeGreaterThan(15);
    expect(known).toEqual(expect.arrayContaining(codes));
  });

  it("of the HTTP contract all have a text", () => {
    expect(known).toEqual(
      expect.arrayContaining([
        "invalid_request",
        "csrf",
        "rate_limited",
        "wrong_login",
        "forbidden",
        "internal_error",
        "database_away",
        "disk_low",
        "worker_down",
        "spool_refused",
      ]),
    );
  });
});
