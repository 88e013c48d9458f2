import { expect, it } from "vitest";
import { Backoff } from "../src/live/backoff";
import { readBinary, readText } from "../src/live/protocol";

it("waits longer after every attempt, never all tiles at once", () => {
  const steady = new Backoff(1000, 8000, () => 0.5);
  expect([1, 2, 3, 4, 5].map(() => steady.nextMs())).toEqual([1000, 2000, 4000, 8000, 8000]);
  steady.reset();
  expect(steady.nextMs()).toBe(1000);
  expect(new Backoff(1000, 8000, () => 0).nextMs()).toBe(750);
  expect(new Backoff(1000, 8000, () => 1).nextMs()).toBe(1250);
});

it("tells init, fragment and still by their first byte", () => {
  const message = (...bytes: number[]) => readBinary(new Uint8Array(bytes).buffer);
  expect(message(1, 9, 8)).toEqual({ kind: "init", payload: new Uint8Array([9, 8]) });
  expect(message(2, 9)?.kind).toBe("fragment");
  expect(message(3)?.kind).toBe("still");
  expect(message(7, 1)).toBeNull();
  expect(message()).toBeNull();
});

it("leaves out messages of a newer service", () => {
  expect(readText('{"type":"still","timestamp":5}')).toEqual({ type: "still", timestamp: 5 });
  expect(readText('{"type":"weather"}')).toBeNull();
});
