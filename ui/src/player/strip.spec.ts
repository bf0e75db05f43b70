import { describe, expect, it } from "vitest";
import { between, columns, extent, frameAtPlace, heat, placeOfFrame, share, worstFrames } from "./strip";

describe("a heat strip", () => {
  it("shows a fault of one frame in ten thousand on a strip of 300 columns", () => {
    const values = Array.from({ length: 10_000 }, (_, frame) => (frame === 7_777 ? 0.9 : 0.1));
    const drawn = columns(values, 300);
    expect(drawn).toHaveLength(300);
    expect(drawn.filter((column) => column.peak === 0.9)).toHaveLength(1);
    expect(drawn[Math.floor((7_777 * 300) / 10_000)]?.peak).toBe(0.9);
  });

  it("spreads few frames over many columns", () => {
    expect(columns([1, 2], 4).map((column) => column.peak)).toEqual([1, 1, 2, 2]);
  });

  it("hatches only where nothing was measured", () => {
    const drawn = columns([null, null, 0.2, null], 2);
    expect(drawn[0]).toEqual({ peak: null, partly: true });
    expect(drawn[1]).toEqual({ peak: 0.2, partly: true });
  });

  it("leaves plain what a check that looks now and then passes by, and nothing else", () => {
    const every = (step: number, many: number): (number | null)[] => Array.from({ length: many }, (_, frame) => (frame % step === 0 ? 0.5 : null));
    expect([...between(every(4, 12), 12)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(between([1, 1, 1, null, null, 1, 1, 1], 8).size).toBe(0); // looked at all the time, and then not
    const lost = [...every(3, 9), ...Array.from({ length: 30 }, () => null), ...every(3, 9)];
    expect(Math.max(...[...between(lost, lost.length)].filter((frame) => frame < 20))).toBeLessThan(7);
    expect(between(Array.from({ length: 9 }, () => null), 9).size).toBe(0);
  });

  it("gets lighter as it gets hotter, in one hue", () => {
    const lightness = [0, 0.5, 1].map((part) => Number(/oklch\(([\d.]+)/.exec(heat(part))?.[1]));
    expect(lightness).toEqual([...lightness].sort((a, b) => a - b));
    expect(new Set([0, 0.5, 1].map((part) => heat(part).split(" ").at(-1))).size).toBe(1);
  });

  it("knows the frame under the pointer and the place of a frame", () => {
    expect(frameAtPlace(0, 800, 240)).toBe(0);
    expect(frameAtPlace(800, 800, 240)).toBe(239);
    for (const frame of [0, 1, 86, 239]) expect(frameAtPlace(placeOfFrame(frame, 240) * 800, 800, 240)).toBe(frame);
    expect(extent({ start: 60, end: 120 }, 240)).toEqual({ left: 25, width: 25 });
  });

  it("keeps values within its ends", () => {
    expect(share(5, 0, 1)).toBe(1);
    expect(share(-5, 0, 1)).toBe(0);
    expect(share(1, 1, 1)).toBe(0);
  });

  it("lists the worst frame first, then the peak of each other flag", () => {
    const values = Array.from({ length: 200 }, (_, frame) => (frame === 140 ? 0.7 : frame === 87 ? 0.8 : 0.1));
    const lane = { values, low: 0, high: 1, threshold: 0.55 };
    const flags = [{ start: 139, end: 142 }, { start: 60, end: 100 }];
    expect(worstFrames([{ worst_frame: 87, flags, series: [lane] }])).toEqual([87, 140]);
    expect(worstFrames([{ worst_frame: null, flags: [], series: [lane] }])).toEqual([]);
  });
});
