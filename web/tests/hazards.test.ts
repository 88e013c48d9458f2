import { describe, expect, it } from "vitest";
import { createI18n } from "vue-i18n";
import type { Evidence, Hazard } from "../src/api/types";
import { lastedSeconds } from "../src/hazards/kinds";
import { fits, merge } from "../src/hazards/listing";
import { alarmSpans } from "../src/hazards/spans";
import { widthText } from "../src/hazards/words";
import en from "../src/i18n/en";
import zhCN from "../src/i18n/zh-CN";

const hazard: Hazard = {
  id: "a",
  kind: "missing_helmet",
  rule: "missing_helmet/1",
  camera_id: "gate",
  camera_name: "北门",
  zone_id: "",
  zone_name: "",
  track_ids: [7],
  started_at: 100,
  last_seen_at: 104,
  ended: false,
  confidence: 0.9,
  blocked: null,
  acknowledged_at: null,
  acknowledged_by: null,
  source: "camera",
  risk_unit_id: null,
  risk_unit_name: "",
  unit_id: "site",
  unit_name: "",
  description: "",
  reported_by: "",
  photo_ids: [],
  judgement: null,
  subject: null,
  ticket_id: null,
  evidence: [],
};
const clip: Evidence = {
  id: "c",
  kind: "clip",
  url: "/api/v1/evidence/c",
  boxes_url: null,
  sha256: "",
  size: 1,
  mime: "video/mp4",
  started_at: 95,
  duration_s: 14,
  problem: "",
};

describe("a list of hazards", () => {
  it("takes news in place and puts new ones first", () => {
    const newer = { ...hazard, id: "b", started_at: 200 };
    const merged = merge([hazard], [{ ...hazard, ended: true }, newer]);
    expect(merged.map((one) => [one.id, one.ended])).toEqual([
      ["b", false],
      ["a", true],
    ]);
  });

  it("drops what its filters no longer let in", () => {
    expect(fits(hazard, { camera_id: "", kind: "", open: "true" })).toBe(true);
    expect(fits({ ...hazard, ended: true }, { camera_id: "", kind: "", open: "true" })).toBe(false);
    expect(fits(hazard, { camera_id: "yard", kind: "", open: "" })).toBe(false);
    expect(fits(hazard, { camera_id: "", kind: "blocked_exit", open: "" })).toBe(false);
  });
});

it("counts an open hazard up to now and a closed one to its end", () => {
  expect(lastedSeconds(hazard, 110)).toBe(10);
  expect(lastedSeconds({ ...hazard, ended: true }, 110)).toBe(4);
});

describe("the alarm on a clip's time line", () => {
  const box = { label: "head", track_id: 7, xyxy: [0, 0, 1, 1], confidence: 1, alarm: true } as const;

  it("follows the judged boxes", () => {
    const frames = [100, 100.5, 104, 104.4].map((timestamp) => ({
      timestamp,
      boxes: [{ ...box, xyxy: [...box.xyxy] as [number, number, number, number] }],
    }));
    expect(alarmSpans(hazard, clip, frames)).toEqual([
      [5, 5.5],
      [9, expect.closeTo(9.4)],
    ]);
  });

  it("falls back to the hazard's own times", () => {
    expect(alarmSpans(hazard, clip, [])).toEqual([[5, 9]]);
  });
});

describe("the taken width of an exit", () => {
  const messages = { "zh-CN": zhCN, en };
  const words = (locale: "zh-CN" | "en", metres: number | null, passage_metres: number | null) => {
    const { t } = createI18n({ legacy: false, locale, messages }).global;
    return widthText({ share: 0.617, metres, passage_metres }, t);
  };

  it("is told in metres where the floor is known", () => {
    expect(words("zh-CN", 0.7404, 1.2)).toBe("62 %（约 0.74 m / 1.20 m）");
    expect(words("en", 0.7404, 1.2)).toBe("62 % (about 0.74 m of 1.20 m)");
  });

  it("is its share alone where it is not", () => {
    expect(words("zh-CN", null, null)).toBe("62 %");
    expect(words("en", null, null)).toBe("62 %");
  });
});
