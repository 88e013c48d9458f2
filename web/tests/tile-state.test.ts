import { expect, it } from "vitest";
import { type TileFacts, tileState } from "../src/live/tile-state";

const well: TileFacts = {
  connected: true,
  camera: "live",
  sinceData: 0.1,
  sincePicture: 0.1,
  quietAfter: 3,
};

it("is live while pictures come and change", () => {
  expect(tileState(well)).toBe("live");
});

it("never looks alive when no fragment came for three seconds", () => {
  expect(tileState({ ...well, sinceData: 3.1 })).toBe("quiet");
});

it("never looks alive when the shown picture stands, though data comes", () => {
  expect(tileState({ ...well, sincePicture: 3.1 })).toBe("quiet");
});

it("says what the camera says", () => {
  expect(tileState({ ...well, camera: "refused" })).toBe("refused");
  expect(tileState({ ...well, camera: "frozen" })).toBe("frozen");
});

it("waits for the first picture", () => {
  expect(tileState({ ...well, sincePicture: Infinity })).toBe("starting");
});

it("says that the service is away", () => {
  expect(tileState({ ...well, connected: false, sinceData: 10 })).toBe("lost");
  expect(tileState({ ...well, connected: false, sinceData: Infinity })).toBe("lost");
});
