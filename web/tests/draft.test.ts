import { describe, expect, it } from "vitest";
import type { CameraWrite, Zone } from "../src/api/types";
import { draftFaults, serviceFaults } from "../src/cameras/draft";
import { isId, suggestId } from "../src/zones/naming";

const zone: Zone = {
  id: "zone-1",
  name: "禁入区",
  kind: "restricted",
  polygon: [[0.1, 0.1], [0.5, 0.1], [0.5, 0.5]],
  dwell_s: 1,
  schedule: "always",
  entry_line: [],
};
const camera: CameraWrite = {
  id: "gate",
  name: "北门",
  source: "rtsp://192.0.2.10/1",
  enabled: true,
  zones: [zone],
};

describe("a camera draft", () => {
  it("without faults can be saved", () => {
    expect(draftFaults(camera, ["yard"])).toEqual({});
  });

  it("names each field that is wrong", () => {
    const bad = { ...camera, id: "Gate 1", name: " ", zones: [{ ...zone, dwell_s: NaN, schedule: "x" }] };
    expect(draftFaults(bad, [])).toEqual({
      id: "edit.idBad",
      name: "edit.nameMissing",
      "zones.0.dwell_s": "zone.dwellBad",
      "zones.0.schedule": "zone.scheduleFault.unreadable",
    });
  });

  it("does not take an id that is in use", () => {
    expect(draftFaults(camera, ["gate"])).toEqual({ id: "edit.idTaken" });
  });
});

it("puts the service's messages at their fields", () => {
  const faults = serviceFaults([
    { place: "body.zones[0].polygon[2]", message: "a" },
    { place: "zones.1.schedule", message: "b" },
    { place: "zones[2]", message: "c" },
    { place: "source", message: "d" },
  ]);
  expect(faults).toEqual({
    "zones.0.polygon": "a",
    "zones.1.schedule": "b",
    "zones.2.polygon": "c",
    source: "d",
  });
});

it("suggests free ids that the service accepts", () => {
  expect(suggestId("Hall 1, North Gate", "camera", [])).toBe("hall-1-north-gate");
  expect(suggestId("一号车间", "camera", ["camera-1"])).toBe("camera-2");
  expect(suggestId("Gate", "camera", ["gate"])).toBe("gate-2");
  expect(isId(suggestId("  --  ", "camera", []))).toBe(true);
});
