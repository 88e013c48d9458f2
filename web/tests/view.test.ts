import { describe, expect, it } from "vitest";
import type { FloorPlan } from "../src/api/risk";
import type { Point } from "../src/api/types";
import { firstInPicture, firstOnPlan, nudged, sides, viewFault } from "../src/map/view";

const square: Point[] = [[0.1, 0.1], [0.4, 0.1], [0.4, 0.4], [0.1, 0.4]];
const line: Point[] = [[0.1, 0.1], [0.2, 0.2], [0.3, 0.3], [0.9, 0.1]];
const bow: Point[] = [[0.1, 0.1], [0.4, 0.4], [0.4, 0.1], [0.1, 0.4]];
/** The last point lies within the triangle of the others. */
const dented: Point[] = [[0.1, 0.1], [0.7, 0.1], [0.4, 0.7], [0.4, 0.3]];

describe("four points of the floor", () => {
  it("begin as ones that can be saved, on a plan of any form", () => {
    for (const [width, height] of [[1200, 700], [4000, 400], [300, 4000]] as const) {
      expect(viewFault(firstInPicture(), firstOnPlan({ width, height }))).toBeNull();
    }
  });

  it("begin as a square in metres, in the middle", () => {
    const [a, b, c] = firstOnPlan({ width: 1000, height: 500 }) as [Point, Point, Point];
    expect((b[0] - a[0]) * 1000).toBeCloseTo((c[1] - b[1]) * 500, 0);
    expect((a[0] + c[0]) / 2).toBeCloseTo(0.5);
  });

  it("may not have three on one line, in the picture or on the plan", () => {
    expect(viewFault(line, square)).toBe("line_picture");
    expect(viewFault(square, line)).toBe("line_plan");
    expect(viewFault(square, [[0.5, 0.5], [0.5, 0.5], [0.6, 0.6], [0.5, 0.6]])).toBe("line_plan");
  });

  it("go once around, also where both are wrong alike", () => {
    expect(viewFault(bow, square)).toBe("crosses_picture");
    expect(viewFault(square, bow)).toBe("crosses_plan");
    expect(viewFault(bow, bow)).toBe("crosses_picture");
  });

  it("lie in the same order in both", () => {
    const turned: Point[] = [...square.slice(1), square[0] as Point];
    expect(viewFault(square, turned)).toBeNull();
    expect(viewFault(square, [...square].reverse())).toBe("order");
    expect(viewFault(square, dented)).toBe("order");
    expect(viewFault(dented, dented)).toBeNull();
  });
});

describe("arrow keys", () => {
  it("move a point, further with Shift, less in an enlarged picture", () => {
    expect(nudged([0.5, 0.5], "ArrowLeft", false, 1)).toEqual([0.498, 0.5]);
    expect(nudged([0.5, 0.5], "ArrowDown", true, 1)).toEqual([0.5, 0.52]);
    expect(nudged([0.5, 0.5], "ArrowUp", true, 8)).toEqual([0.5, 0.4975]);
  });

  it("keep it in the picture, and leave other keys alone", () => {
    expect(nudged([0.001, 0.99], "ArrowLeft", false, 1)).toEqual([0, 0.99]);
    expect(nudged([0.5, 0.99], "ArrowDown", true, 1)).toEqual([0.5, 1]);
    expect(nudged([0.5, 0.5], "Enter", false, 1)).toBeNull();
  });
});

it("the sides are told in metres", () => {
  const plan = { width: 1000, height: 500 } as FloorPlan;
  const each = sides([[0.1, 0.1], [0.4, 0.1], [0.4, 0.5], [0.1, 0.5]], plan, 0.02);
  expect(each.map((metres) => metres.toFixed(2))).toEqual(["6.00", "4.00", "6.00", "4.00"]);
});
