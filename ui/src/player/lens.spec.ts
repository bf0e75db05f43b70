import { describe, expect, it } from "vitest";
import { FITTED, held, matrixOf, opening, slopeOf, stepOf, zoomed } from "./lens";

const PICTURE = { width: 800, height: 450 };
const WELL = { width: 900, height: 600 };

describe("a view", () => {
  it("keeps under the pointer what lies under it", () => {
    const at = { x: 120, y: -40 };
    const under = (view: { scale: number; x: number; y: number }) => [(at.x - view.x) / view.scale, (at.y - view.y) / view.scale];
    const near = zoomed(FITTED, 3, at);
    expect(under(near)).toEqual(under(FITTED));
    const back = zoomed(near, 1, at);
    expect(back.x).toBeCloseTo(0);
    expect(back.y).toBeCloseTo(0);
  });

  it("goes neither too near nor too far", () => {
    expect(zoomed(FITTED, 1000, { x: 0, y: 0 }).scale).toBe(64);
    expect(zoomed(FITTED, 0, { x: 0, y: 0 }).scale).toBe(0.25);
  });

  it("never loses the picture, and fits it where it is as large as fitted", () => {
    const far = held({ scale: 2, x: 9000, y: -9000 }, PICTURE, WELL);
    expect(far).toEqual({ scale: 2, x: (1600 + 900) / 2 - 48, y: -((900 + 600) / 2 - 48) });
    expect(held({ scale: 1, x: 30, y: 4 }, PICTURE, WELL)).toEqual(FITTED);
  });
});

describe("light", () => {
  it("doubles by a stop on a display of gamma 2.2", () => {
    expect(slopeOf(1) ** 2.2).toBeCloseTo(2);
    expect(slopeOf(0)).toBe(1);
  });

  it("is shown by one channel in all three, white as white", () => {
    expect(matrixOf("colour")).toBeNull();
    for (const channel of ["red", "green", "blue", "luma"] as const) {
      const rows = (matrixOf(channel) ?? "").split(" ").map(Number);
      expect(rows).toHaveLength(20);
      expect(rows.slice(0, 5).reduce((sum, one) => sum + one, 0)).toBeCloseTo(1);
      expect(rows.slice(0, 5)).toEqual(rows.slice(5, 10));
    }
  });
});

describe("a mask", () => {
  it("opens as wide as the picture, or as high", () => {
    const shape = (mask: Parameters<typeof opening>[0]) => {
      const [, , width, height] = opening(mask, 16 / 9);
      return (width * 16) / 9 / height;
    };
    expect(opening("none", 16 / 9)).toEqual([0, 0, 1, 1]);
    expect(shape("2.39")).toBeCloseTo(2.39);
    expect(shape("1.85")).toBeCloseTo(1.85);
    expect(shape("9:16")).toBeCloseTo(9 / 16);
    expect(shape("1:1")).toBeCloseTo(1);
    const [x, y, width, height] = opening("9:16", 16 / 9);
    expect([x + width / 2, y + height / 2]).toEqual([0.5, 0.5]);
  });
});

describe("the fitted size", () => {
  it("goes in steps in which both sides are whole, where those are small", () => {
    expect(stepOf({ width: 1920, height: 1080 })).toBe(16);
    expect(stepOf({ width: 1998, height: 1080 })).toBe(37);
    expect(stepOf({ width: 1024, height: 1024 })).toBe(1);
    expect(stepOf({ width: 1919, height: 1080 })).toBe(1);
  });
});
