import { describe, expect, it } from "vitest";
import type { StaleApprovalView } from "../api/types";
import { confirmable, confirmationOf, mineOf, wordsOf } from "./holds.svelte";

const stale = (verdict: number, more: Partial<StaleApprovalView> = {}): StaleApprovalView => ({
  task: "t_1",
  code: "SH010",
  title: "",
  stage: "animation",
  stage_label: "Animation",
  take: 1,
  content: "aa",
  gate: "director",
  gate_label: "Director",
  verdict,
  at: "",
  value: 2,
  person: { id: "p_1", name: "dora" },
  mine: true,
  causes: [],
  blocked: "",
  change: null,
  flagged: false,
  poster: null,
  gate_hash: "bb",
  upstream: { "sheet:dog": "cc" },
  ...more,
});

describe("still holds", () => {
  const list = [stale(1), stale(2, { mine: false }), stale(3, { blocked: "It heals by itself." })];

  it("is about one's own approvals, and confirms only what can be", () => {
    expect(mineOf(list).map((one) => one.verdict)).toEqual([1, 3]);
    expect(confirmable(list).map((one) => one.verdict)).toEqual([1]);
  });

  it("names what was seen, under a key of its own each time", () => {
    const sent = confirmationOf(stale(1));
    expect(sent).toMatchObject({ verdict: 1, gate_hash: "bb", upstream: { "sheet:dog": "cc" }, answers: [] });
    expect(sent.key).not.toBe(confirmationOf(stale(1)).key);
  });

  it("says what was recorded and what was refused", () => {
    expect(wordsOf({ recorded: 2, refused: 0, results: [] })).toBe("2 confirmed.");
    const refused = { verdict: 3, recorded: null, code: "role-missing", refused: "You are no director." };
    expect(wordsOf({ recorded: 1, refused: 1, results: [refused] })).toBe("1 confirmed, 1 refused: You are no director.");
  });
});
