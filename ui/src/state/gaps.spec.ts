import { describe, expect, it } from "vitest";
import type { GapView, MakerView } from "../api/types";
import { Gaps, refusalOf, wantedWords } from "./gaps.svelte";

const maker = (name: string, more: Partial<MakerView> = {}): MakerView => ({ name, summary: "", refused: "", needs_take: false, ...more });
const gap = (more: Partial<GapView> = {}): GapView => ({
  slot: "s_2", shot: "SH020", description: "", task: "t", record: { start: 10, end: 46 }, frames: 36, wanted_frames: 60, planned_frames: 36,
  handles: 12, before: null, after: null, board: null, makers: [], ...more,
});
const board = { task: "t_b", take: "k_b", number: 1, state: "review", n_frames: 1, poster: null };

describe("a gap", () => {
  it("says how long a take should be, and how long the shot was planned where that is another", () => {
    expect(wantedWords(gap(), [24, 1])).toBe("36 frames (1.5 s), 60 with 12 of handles at either end");
    expect(wantedWords(gap({ planned_frames: 48 }), [24, 1])).toMatch(/; planned with 48$/);
  });

  it("offers what can be made, and says why something cannot", () => {
    expect(refusalOf(maker("hold"), gap())).toBe("");
    expect(refusalOf(maker("inbetween", { refused: "Too long." }), gap())).toBe("Too long.");
    expect(refusalOf(maker("move", { needs_take: true }), gap())).toMatch(/no board panel/);
    expect(refusalOf(maker("move", { needs_take: true }), gap({ board }))).toBe("");
  });

  it("asks for a move over the board panel, and for nothing but the neighbours otherwise", () => {
    const gaps = new Gaps();
    gaps.camera = "pan left";
    const move = gaps.body(gap({ board }), maker("move", { needs_take: true }));
    expect([move.take, move.start.x, move.end.x]).toEqual(["k_b", 13_108, 0]);
    expect(move.start.x + move.start.width).toBe(65_536);
    const hold = gaps.body(gap({ board }), maker("hold"));
    expect([hold.take, hold.start.width, hold.side]).toEqual([null, 65_536, "before"]);
  });
});
