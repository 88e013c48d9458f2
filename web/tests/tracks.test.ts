import { describe, expect, it } from "vitest";
import type { Box, JudgedPicture } from "../src/api/types";
import { boxesAt, TrackHistory } from "../src/live/tracks";

function box(trackId: number, left: number, label: Box["label"] = "person"): Box {
  return { label, track_id: trackId, xyxy: [left, 0, left + 0.1, 0.5], confidence: 0.9, alarm: false };
}

function picture(timestamp: number, ...boxes: Box[]): JudgedPicture {
  return { timestamp, boxes };
}

describe("the boxes of a picture", () => {
  const frames = [picture(10, box(1, 0.2), box(2, 0.6)), picture(10.4, box(1, 0.4))];

  it("stand between two judged pictures of the same track", () => {
    expect(boxesAt(frames, 10.1)[0]?.xyxy[0]).toBeCloseTo(0.25);
    expect(boxesAt(frames, 10.3)[0]?.xyxy[2]).toBeCloseTo(0.45);
  });

  it("stay where they were while a track is not seen again", () => {
    expect(boxesAt(frames, 10.3).find((one) => one.track_id === 2)?.xyxy[0]).toBe(0.6);
  });

  it("are those of the judged picture itself at its time", () => {
    expect(boxesAt(frames, 10)).toEqual(frames[0]?.boxes);
  });

  it("are never taken from the future", () => {
    expect(boxesAt(frames, 9.99)).toEqual([]);
  });

  it("go away 0.7 s after the last judgement", () => {
    expect(boxesAt(frames, 11.05)).toHaveLength(1);
    expect(boxesAt(frames, 11.15)).toEqual([]);
  });

  it("are not bridged over a long gap", () => {
    const apart = [picture(10, box(1, 0.2)), picture(13, box(1, 0.8))];
    expect(boxesAt(apart, 10.5)[0]?.xyxy[0]).toBe(0.2);
    expect(boxesAt(apart, 11)).toEqual([]);
  });

  it("without a track are not mixed with one another", () => {
    const loose = [picture(10, box(0, 0.2, "head")), picture(10.4, box(0, 0.8, "head"))];
    expect(boxesAt(loose, 10.3)[0]?.xyxy[0]).toBe(0.2);
  });

  it("without a track move with the person who carries them", () => {
    const helmet: Box = { ...box(0, 0.24, "helmet"), xyxy: [0.24, 0, 0.27, 0.05] };
    const walk = [picture(10, box(1, 0.2), helmet), picture(10.4, box(1, 0.4))];
    expect(boxesAt(walk, 10.2)[1]?.xyxy).toEqual([
      expect.closeTo(0.34),
      0,
      expect.closeTo(0.37),
      0.05,
    ]);
  });

  it("without a track go to where they are found again", () => {
    const helmet = (left: number): Box => ({
      ...box(0, left, "helmet"),
      xyxy: [left, 0, left + 0.04, 0.08],
    });
    const walk = [picture(10, box(1, 0.2), helmet(0.24)), picture(10.4, box(1, 0.4), helmet(0.42))];
    expect(boxesAt(walk, 10.2)[1]?.xyxy[0]).toBeCloseTo(0.33);
  });

  it("of a head and a person with one track stay apart", () => {
    const pair = [
      picture(10, box(1, 0.2), box(1, 0.3, "head")),
      picture(10.4, box(1, 0.6, "head"), box(1, 0.4)),
    ];
    expect(boxesAt(pair, 10.2).map((one) => one.xyxy[0])).toEqual([
      expect.closeTo(0.3),
      expect.closeTo(0.45),
    ]);
  });
});

describe("the history", () => {
  it("puts late messages in order", () => {
    const history = new TrackHistory();
    history.add(picture(10.4, box(1, 0.4)));
    history.add(picture(10, box(1, 0.2)));
    expect(history.at(10.2)[0]?.xyxy[0]).toBeCloseTo(0.3);
  });

  it("forgets what is old", () => {
    const history = new TrackHistory(5);
    history.add(picture(10, box(1, 0.2)));
    history.add(picture(20, box(1, 0.4)));
    expect(history.at(10)).toEqual([]);
  });
});
