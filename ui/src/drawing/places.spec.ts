import { describe, expect, it } from "vitest";
import type { NoteView } from "../api/types";
import type { Drawn } from "./operations";
import { framesOf, nextSpot, spots, threads } from "./places";

const note = (id: string, seq: number, more: Partial<NoteView> = {}): NoteView => ({
  id, seq, at: "", person: { id: "p_1", name: "Leo" }, severity: "issue", text: id, ranges: [], regions: [], reply_to: null,
  disposition: null, resolved_by: null, drawings: [], may_settle: false, ...more,
});
const drawn = (id: string, start: number, end = start + 1): Drawn => ({
  id, person: "Leo", mine: true, saved: true, frames: { start, end }, shape: "pen", points: [[0, 0]], width: 300, colour: "#ffffff", text: "",
});

describe("notes", () => {
  it("stand with their answers, those to answers too", () => {
    const found = threads([note("c", 3, { reply_to: "b" }), note("a", 1), note("b", 2, { reply_to: "a" }), note("d", 4)]);
    expect(found.map((one) => [one.note.id, one.replies.map((reply) => reply.id)])).toEqual([["a", ["b", "c"]], ["d", []]]);
  });

  it("point at their frames, else at those of their drawings", () => {
    const drawings = [drawn("x", 7), drawn("y", 3), drawn("z", 3)];
    expect(framesOf(note("a", 1, { ranges: [{ start: 1, end: 2 }], drawings: ["x"] }), drawings)).toEqual([{ start: 1, end: 2 }]);
    expect(framesOf(note("a", 1, { drawings: ["x", "y", "z"] }), drawings)).toEqual([{ start: 3, end: 4 }, { start: 7, end: 8 }]);
  });

  it("are one mark on the strip with the drawings they name", () => {
    const found = spots(
      [note("a", 1, { drawings: ["x"] }), note("b", 2, { ranges: [{ start: 1, end: 4 }], disposition: "waive" }), note("r", 3, { reply_to: "a" })],
      [drawn("x", 9), drawn("y", 5)],
    );
    expect(found.map((one) => [one.kind, one.start, one.open])).toEqual([["note", 1, false], ["drawing", 5, true], ["note", 9, true]]);
  });
});

describe("the next spot", () => {
  it("comes after the frame shown, and after the last the first again", () => {
    const all = [{ start: 4, end: 5 }, { start: 9, end: 12 }, { start: 4, end: 8 }];
    expect([0, 4, 9, 11].map((frame) => nextSpot(all, frame))).toEqual([4, 9, 4, 4]);
    expect(nextSpot([], 3)).toBeNull();
  });
});
