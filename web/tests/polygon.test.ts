import { describe, expect, it } from "vitest";
import type { Point } from "../src/api/types";
import { crossesItself, nearestCorner, nearestEdge, polygonArea, polygonFault } from "../src/zones/polygon";

const square: Point[] = [[0.1, 0.1], [0.5, 0.1], [0.5, 0.5], [0.1, 0.5]];

describe("a drawn polygon", () => {
  it("is usable when its corners go one way round", () => {
    expect(polygonFault(square)).toBeNull();
    expect(polygonFault([...square].reverse())).toBeNull();
  });

  it("needs three corners", () => {
    expect(polygonFault([])).toBe("few_points");
    expect(polygonFault(square.slice(0, 2))).toBe("few_points");
  });

  it("stays inside the picture", () => {
    expect(polygonFault([[0.1, 0.1], [1.2, 0.1], [0.5, 0.5]])).toBe("outside");
    expect(polygonFault([[0.1, NaN], [0.9, 0.1], [0.5, 0.5]])).toBe("outside");
  });

  it("does not cross itself", () => {
    const bow: Point[] = [[0.1, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.9]];
    expect(polygonFault(bow)).toBe("crosses_itself");
  });

  it("does not touch itself with a corner", () => {
    const touching: Point[] = [[0, 0], [0.8, 0], [0.8, 0.8], [0.4, 0], [0, 0.8]];
    expect(crossesItself(touching)).toBe(true);
  });

  it("covers something", () => {
    expect(polygonFault([[0.1, 0.1], [0.105, 0.1], [0.105, 0.105]])).toBe("too_small");
  });
});

it("measures the area of a polygon", () => {
  expect(polygonArea(square)).toBeCloseTo(0.16);
});

it("puts a new corner on the nearest edge", () => {
  expect(nearestEdge(square, [0.3, 0.1])).toBe(0);
  expect(nearestEdge(square, [0.5, 0.3])).toBe(1);
  expect(nearestEdge(square, [0.1, 0.3])).toBe(3);
});

describe("the corner under a pointer", () => {
  const corners: Point[] = [[10, 10], [30, 10]];

  it("is the nearest one within reach", () => {
    expect(nearestCorner(corners, [22, 10], 14)).toBe(1);
    expect(nearestCorner(corners, [60, 10], 14)).toBe(-1);
    expect(nearestCorner([], [0, 0], 14)).toBe(-1);
  });
});
