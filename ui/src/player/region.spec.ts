import { describe, expect, it } from "vitest";
import { nudged, regionOf } from "./region";

describe("a region drawn by two corners", () => {
  it("is the same whichever corner comes first", () => {
    expect(regionOf([0.1, 0.2], [0.4, 0.6])).toEqual([1000, 2000, 3000, 4000]);
    expect(regionOf([0.4, 0.6], [0.1, 0.2])).toEqual([1000, 2000, 3000, 4000]);
  });

  it("ends where the picture ends", () => {
    expect(regionOf([-0.5, 0.5], [0.25, 1.5])).toEqual([0, 5000, 2500, 5000]);
  });

  it("is none where the pointer hardly moved", () => {
    expect(regionOf([0.5, 0.5], [0.505, 0.9])).toBeNull();
  });
});

describe("a region nudged by keys", () => {
  it("moves, and stays in the picture", () => {
    expect(nudged([1000, 1000, 3000, 3000], 200, -200, "move")).toEqual([1200, 800, 3000, 3000]);
    expect(nudged([6900, 100, 3000, 3000], 200, -200, "move")).toEqual([7000, 0, 3000, 3000]);
  });

  it("grows and shrinks at its far corner, and is never nothing", () => {
    expect(nudged([1000, 1000, 3000, 3000], 200, -200, "size")).toEqual([1000, 1000, 3200, 2800]);
    expect(nudged([1000, 9000, 100, 1000], -200, 200, "size")).toEqual([1000, 9000, 100, 1000]);
  });
});
