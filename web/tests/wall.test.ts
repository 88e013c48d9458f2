import { expect, it } from "vitest";
import { bestGrid, gridOf, middleAspect, pageSize } from "../src/wall/grid";
import { containedView } from "../src/overlay/fit";
import { readPreferences } from "../src/state/preferences";

it("shows few cameras as large as it can", () => {
  expect(bestGrid(1, 1600, 900, 16 / 9)).toEqual({ columns: 1, rows: 1 });
  expect(bestGrid(2, 1600, 900, 16 / 9)).toEqual({ columns: 2, rows: 1 });
  expect(bestGrid(4, 1600, 900, 16 / 9)).toEqual({ columns: 2, rows: 2 });
  expect(bestGrid(3, 500, 1500, 16 / 9)).toEqual({ columns: 1, rows: 3 });
});

it("keeps a chosen layout", () => {
  expect(gridOf(9, 2, { width: 1600, height: 900, aspect: 1.78 })).toEqual({ columns: 3, rows: 3 });
  expect(pageSize(4, 30)).toBe(4);
  expect(pageSize("auto", 30)).toBe(16);
  expect(pageSize("auto", 0)).toBe(1);
});

it("takes the usual shape while no camera is known", () => {
  expect(middleAspect([{ width: 0, height: 0 }])).toBeCloseTo(16 / 9);
  expect(middleAspect([{ width: 704, height: 576 }])).toBeCloseTo(704 / 576);
});

it("finds the picture inside its element", () => {
  expect(containedView(400, 300, 800, 400)).toEqual({ left: 0, top: 50, width: 400, height: 200 });
  expect(containedView(400, 300, 0, 0)).toEqual({ left: 0, top: 0, width: 400, height: 300 });
});

it("is Chinese and dark until somebody chose otherwise", () => {
  expect(readPreferences(null)).toEqual({ language: "zh-CN", theme: "dark", sound: true, layout: "auto" });
  expect(readPreferences("{bad")).toMatchObject({ language: "zh-CN" });
  expect(readPreferences('{"language":"en","layout":9}')).toMatchObject({ language: "en", layout: 9 });
});
