import { describe, expect, it } from "vitest";
import { FragmentPace, stepToEdge } from "../src/live/edge";

describe("a tile near the newest picture", () => {
  it("plays at its own speed", () => {
    expect(stepToEdge(99.4, [[80, 100]], 0.6)).toEqual({ seekTo: null, rate: 1 });
  });

  it("runs faster when it falls behind", () => {
    expect(stepToEdge(98.9, [[80, 100]], 0.6).rate).toBeGreaterThan(1);
    expect(stepToEdge(98, [[80, 100]], 0.6).rate).toBeGreaterThan(1.2);
  });

  it("slows down before it runs dry", () => {
    expect(stepToEdge(99.9, [[80, 100]], 0.6).rate).toBeLessThan(1);
  });

  it("jumps when it is far behind", () => {
    expect(stepToEdge(90, [[80, 100]], 0.6).seekTo).toBeCloseTo(99.4);
  });

  it("jumps to where the stream begins", () => {
    expect(stepToEdge(0, [[5000, 5000.2]], 0.6).seekTo).toBe(5000);
  });

  it("jumps over a hole", () => {
    expect(stepToEdge(40, [[20, 40], [50, 50.5]], 0.6).seekTo).toBe(50);
  });

  it("waits while nothing is there", () => {
    expect(stepToEdge(0, [], 0.6)).toEqual({ seekTo: null, rate: 1 });
  });
});

describe("the pace of fragments", () => {
  it("lets a camera with many fragments play close to the edge", () => {
    const pace = new FragmentPace();
    for (let i = 0; i < 50; i += 1) pace.arrived(i * 0.04);
    expect(pace.target).toBe(0.8);
    expect(pace.quiet).toBe(3);
  });

  it("waits a little for boxes that come late, never long", () => {
    const pace = new FragmentPace();
    pace.judged(10, 0.4);
    pace.judged(10.4, 0.5);
    expect(pace.target).toBeCloseTo(0.9);
    pace.judged(15, 2);
    expect(pace.target).toBeCloseTo(1.2);
  });

  it("gives a camera with rare fragments room", () => {
    const pace = new FragmentPace();
    for (let i = 0; i < 5; i += 1) pace.arrived(i * 2);
    expect(pace.target).toBeGreaterThan(2);
    expect(pace.quiet).toBe(4);
  });
});
