import { describe, expect, it } from "vitest";
import { diff, side } from "../state/samples";
import { marksOf, outline, ribbonsOf } from "./ribbons";

const before = side(1, [["a", 50], ["b", 30], ["c", 20]]);
const after = side(2, [["c", 20], ["a", 50], ["d", 130]]);
const made = diff(before, after, [
  { sort: "gone", slot: "b", shot: "b", text: "b is out." },
  { sort: "moved", slot: "c", shot: "c", text: "c moved." },
  { sort: "tail", slot: "c", shot: "c", text: "c trimmed." },
  { sort: "new", slot: "d", shot: "d", text: "d is in." },
  { sort: "sound", slot: "a", shot: "a", text: "Sound of a." },
]);

describe("the picture of two versions", () => {
  it("holds every slot of either, on one scale", () => {
    const ribbons = ribbonsOf(made);
    expect(ribbons.map((one) => [one.slot, one.above !== null, one.below !== null])).toEqual([
      ["b", true, false],
      ["c", true, true],
      ["a", true, true],
      ["d", false, true],
    ]);
    expect(ribbons[1]?.above).toEqual({ from: 0.4, to: 0.5 });
    expect(ribbons[1]?.below).toEqual({ from: 0, to: 0.1 });
    expect(ribbons[1]?.sorts).toEqual(["moved", "tail"]);
    expect(ribbons[2]?.sorts).toEqual([]);
  });

  it("draws a ribbon with two ends, and a point where there is one", () => {
    const [gone, moved] = ribbonsOf(made);
    expect(outline(gone!, 100, 0, 40)).toBe("M25.0 0L32.5 20L40.0 0Z");
    expect(outline(moved!, 100, 0, 40)).toMatch(/^M40\.0 0C.*H10\.0C.*Z$/);
  });

  it("marks what changed, and no two marks over each other", () => {
    expect(marksOf(ribbonsOf(made), 0.01).map((one) => [one.slot, one.signs])).toEqual([
      ["c", "⇄⟩"],
      ["b", "−"],
      ["d", "+"],
    ]);
    expect(marksOf(ribbonsOf(made), 0.2).map((one) => one.slot)).toEqual(["c", "d"]);
  });
});
