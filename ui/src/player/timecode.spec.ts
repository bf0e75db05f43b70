import { describe, expect, it } from "vitest";
import { frameAt, seekTarget, type Rate } from "./clock";
import { canDrop, frameOfTimecode, placeTyped, timecode } from "./timecode";
import vectors from "./timecode.json";

const RATES: Rate[] = [[24000, 1001], [24, 1], [25, 1], [30000, 1001], [30, 1], [50, 1], [60000, 1001], [60, 1]].map(
  ([num, den]) => ({ num: num!, den: den! }),
);
const NTSC: Rate = { num: 30_000, den: 1001 };

describe("time and frames", () => {
  it.each(RATES)("go round for every frame up to a million at $num/$den", (rate) => {
    let wrong = 0;
    for (let frame = 0; frame <= 1_000_000; frame++) {
      if (frameAt((frame * rate.den) / rate.num, rate) !== frame) wrong += 1;
      // what a browser sought to the middle of a frame presents is that frame's own time
      if (Math.floor((seekTarget(frame, rate) * rate.num) / rate.den) !== frame) wrong += 1;
    }
    expect(wrong).toBe(0);
  });
});

describe("timecode", () => {
  it("is what the vectors say, both ways", () => {
    expect(vectors.length).toBeGreaterThan(200);
    for (const [num, den, drop, frame, text] of vectors as [number, number, boolean, number, string][]) {
      expect(timecode(frame, { num, den }, drop)).toBe(text);
      expect(frameOfTimecode(text, { num, den })).toBe(frame);
    }
  });

  it("leaves out two numbers a minute, except each tenth, and no frame", () => {
    expect([1799, 1800, 17_982].map((frame) => timecode(frame, NTSC, true))).toEqual(["00:00:59;29", "00:01:00;02", "00:10:00;00"]);
    for (let frame = 0; frame < 40_000; frame++) {
      if (frameOfTimecode(timecode(frame, NTSC, true), NTSC) !== frame) throw new Error(String(frame));
    }
  });

  it("drops at 29.97 and 59.94 alone", () => {
    expect(RATES.filter(canDrop).map(({ num }) => num)).toEqual([30_000, 60_000]);
    expect(timecode(90_000, { num: 25, den: 1 }, true)).toBe("01:00:00:00");
  });

  it.each(["00:01:00;00", "00:01:00;01", "00:00:60:00", "00:00:00:30", "1:2", "", "12"])("is not %s", (text) => {
    expect(frameOfTimecode(text, NTSC)).toBeNull();
  });
});

describe("a typed place", () => {
  const rate: Rate = { num: 24, den: 1 };
  it.each([
    ["1043", 42],
    ["+12", 22],
    ["-4", 6],
    ["−4", 6],
    ["00:00:02:00", 48],
    ["2:00", 48],
    ["x", null],
    ["", null],
  ])("%s", (text, frame) => {
    expect(placeTyped(text, 10, 1001, rate)).toBe(frame);
  });
});
