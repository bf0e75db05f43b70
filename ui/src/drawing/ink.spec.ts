import { describe, expect, it } from "vitest";
import { boundsOf, distance, ghosts, isMeant, lines, type Mark, MOST_POINTS, moved, pathOf, type Point, pointAt, simplified, touches, WHOLE } from "./ink";

const mark = (more: Partial<Mark> = {}): Mark => ({
  frames: { start: 0, end: 1 }, shape: "line", points: [[0, 0], [1000, 1000]], width: 300, colour: "#ff453a", text: "", ...more,
});

/** How far a point is from a drawn line. */
const off = (point: Point, line: readonly Point[]): number =>
  Math.min(...line.map((end, at) => distance(point, line[Math.max(0, at - 1)] ?? end, end)));

describe("a place on the screen", () => {
  it("is a point of the picture, whatever its size and wherever it stands", () => {
    for (const [left, top, width, height] of [[0, 0, 1280, 720], [213.5, 40.25, 801.3, 450.7], [-300, -200, 5120, 2880]] as const) {
      const [x, y] = pointAt(left + 0.25 * width, top + 0.75 * height, { left, top, width, height });
      expect([x, y]).toEqual([16384, 49152]);
    }
  });

  it("outside the picture lies on its edge", () => {
    const picture = { left: 100, top: 100, width: 200, height: 100 };
    expect(pointAt(0, 1000, picture)).toEqual([0, WHOLE]);
    expect(pointAt(1000, 0, picture)).toEqual([WHOLE, 0]);
    expect(pointAt(5, 5, { left: 0, top: 0, width: 0, height: 0 })).toEqual([0, 0]);
  });

  it("comes back within half a pixel at 3,840", () => {
    for (let x = 0; x <= 3840; x += 7.3) {
      const [share] = pointAt(x, 0, { left: 0, top: 0, width: 3840, height: 2160 });
      expect(Math.abs((share / WHOLE) * 3840 - x)).toBeLessThan(0.5);
    }
  });
});

describe("a stroke", () => {
  const wave: Point[] = Array.from({ length: 3000 }, (_, at) => [at * 20, Math.round(30_000 + 20_000 * Math.sin(at / 90))]);

  it("loses only points that nobody can see", () => {
    const kept = simplified(wave);
    expect(kept.length).toBeLessThan(wave.length / 4);
    // eight units of 65,536 are 0.47 pixels of 3,840
    for (const point of wave) expect(off(point, kept)).toBeLessThanOrEqual(8);
    expect([kept[0], kept.at(-1)]).toEqual([wave[0], wave.at(-1)]);
  });

  it("is never longer than the book takes, however wild", () => {
    const wild: Point[] = Array.from({ length: 30_000 }, (_, at) => [(at * 7919) % WHOLE, (at * 104_729) % WHOLE]);
    expect(simplified(wild).length).toBeLessThanOrEqual(MOST_POINTS);
  });

  it("that stands still is a dot", () => {
    expect(simplified([[5, 5], [5, 5], [5, 5]])).toEqual([[5, 5]]);
    expect(pathOf(mark({ shape: "pen", points: [[5, 5]] }), 1)).toBe("M5 5L5 5");
  });
});

describe("a mark", () => {
  it("is meant unless it is a slip of the mouse", () => {
    expect(isMeant(mark())).toBe(true);
    expect(isMeant(mark({ points: [[50, 50], [60, 60]] }))).toBe(false);
    expect(isMeant(mark({ shape: "pen", points: [[50, 50]] }))).toBe(true);
    expect(isMeant(mark({ shape: "text", points: [[50, 50]], text: "  " }))).toBe(false);
  });

  it("moves as far as the picture goes and keeps its form", () => {
    const one = mark({ points: [[1000, 2000], [3000, 60_000]] });
    expect(moved(one, -5000, 10_000).points).toEqual([[0, 7536], [2000, WHOLE]]);
  });

  it("is as thick and as round on a wide picture as on a square one", () => {
    const [round] = lines(mark({ shape: "ellipse", points: [[0, 0], [WHOLE / 2, WHOLE]] }), 2);
    for (const [x, y] of round ?? []) expect(Math.hypot(x - WHOLE / 2, y - WHOLE / 2)).toBeCloseTo(WHOLE / 2, 5);
  });

  it("of an arrow ends in a tip of two strokes", () => {
    const [shaft, tip] = lines(mark({ shape: "arrow", points: [[0, 0], [20_000, 0]] }), 1);
    expect(shaft).toEqual([[0, 0], [20_000, 0]]);
    expect(tip?.[1]).toEqual([20_000, 0]);
    expect(tip?.[0]?.[1]).toBeCloseTo(-(tip?.[2]?.[1] ?? 0));
  });

  it("is touched on its line, not inside it", () => {
    const box = mark({ shape: "rect", points: [[10_000, 10_000], [50_000, 50_000]] });
    expect(touches(box, [10_100, 30_000], 16 / 9)).toBe(true);
    expect(touches(box, [30_000, 30_000], 16 / 9)).toBe(false);
    const text = mark({ shape: "text", points: [[10_000, 10_000]], text: "ear", width: 4000 });
    expect(touches(text, [10_500, 12_000], 1)).toBe(true);
    expect(touches(text, [40_000, 12_000], 1)).toBe(false);
  });

  it("has a frame around it, a text by its rows", () => {
    expect(boundsOf(mark({ shape: "text", points: [[1000, 1000]], text: "a\nbb", width: 1000 }), 2)).toEqual([2000, 1000, 3120, 3400]);
  });
});

describe("ghosts", () => {
  const on = (start: number, end: number) => ({ frames: { start, end } });

  it("are what stands near, before and after, and not what stands here", () => {
    const found = ghosts([on(0, 3), on(4, 8), on(9, 10), on(14, 15), on(5, 6)], 6, 4);
    expect(found.map(({ side, away }) => `${side} ${String(away)}`)).toEqual(["before 4", "after 3", "before 1"]);
  });
});
