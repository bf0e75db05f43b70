import { describe, expect, it } from "vitest";
import type { ShotLineView, ShotView } from "../api/types";
import { Shot, endedWords, lineAt, lineLook, lineMore, lineWords } from "./shot.svelte";

const line = (more: Partial<ShotLineView> = {}): ShotLineView => ({
  seq: 9,
  at: "2026-01-01T10:00:00Z",
  kind: "verdict",
  person: { id: "p_1", name: "leo" },
  task: "t_1",
  stage: "animation",
  stage_label: "Animation",
  take: 2,
  content: "aa",
  gate: "lead",
  gate_label: "Lead",
  value: -2,
  value_name: "veto",
  reasons: [],
  words: null,
  said: "",
  ended: "",
  ended_by: null,
  ...more,
});

const view = (lines: ShotLineView[]): ShotView => ({
  production: { id: "pr_1", code: "spring", title: "Spring", rate: [24, 1], width_px: 96, height_px: 64, roles: [] },
  entity: "e_1",
  kind: "shot",
  code: "SH010",
  title: "",
  frames: 24,
  source_class: "drawn",
  stages: [],
  lines,
  hidden: false,
  book_seq: 9,
});

describe("a line of history", () => {
  it("says what happened and at which gate", () => {
    expect(lineWords(line())).toBe("veto at Lead");
    expect(lineLook(line()).shape).toBe("cross");
    expect(lineWords(line({ kind: "withdrawn", value: 2 }))).toBe("took back circled at Lead");
    expect(lineWords(line({ kind: "take", gate_label: "", said: "drawn" }))).toBe("take arrived (drawn)");
    expect(lineWords(line({ kind: "cut_in", gate_label: "" }))).toBe("put into the cut");
  });

  it("is told in its own name where this desk does not know its kind", () => {
    expect(lineWords(line({ kind: "something", gate_label: "" }))).toBe("something");
  });

  it("says below what it was settled by or what did not hold", () => {
    expect(lineMore(line({ kind: "override", said: "circled, four_eyes" }))).toBe("circled, four_eyes did not hold");
    expect(lineMore(line({ kind: "settled", said: "waive" }))).toBe("waived: the intent");
    expect(lineMore(line({ kind: "note", said: "issue" }))).toBe("");
    expect(lineMore(line({ kind: "note", said: "blocker" }))).toBe("blocker");
  });

  it("says what followed from a verdict by rule", () => {
    const carried = line({ kind: "carried", value: 2, said: "entry 40" });
    expect(lineWords(carried)).toBe("carried: circled at Lead");
    expect(lineMore(carried)).toBe("its frames and sound are those that were judged in entry 40");
    expect(lineMore(line({ kind: "recalled", said: "entry 90" }))).toBe("a veto speaks against what was sealed in entry 90");
  });

  it("says what ended it", () => {
    expect(endedWords(line())).toBe("");
    expect(endedWords(line({ ended: "withdrawn", ended_by: 12 }))).toBe("withdrawn, entry 12");
    expect(endedWords(line({ ended: "superseded", ended_by: 12 }))).toBe("a newer one counts, entry 12");
  });

  it("leads to the desk at its take", () => {
    expect(lineAt(line())).toBe("/t/t_1#take=2");
    expect(lineAt(line({ take: null }))).toBe("/t/t_1");
    expect(lineAt(line({ task: "" }))).toBeNull();
  });
});

describe("the history", () => {
  it("shows one stage's lines with those of the whole shot, and all again", () => {
    const shot = new Shot();
    shot.loading.value = view([line({ seq: 3 }), line({ seq: 2, stage: "layout" }), line({ seq: 1, stage: "" })]);
    const seen = (): number[] => shot.lines.map((one) => one.seq);
    expect(seen()).toEqual([3, 2, 1]);
    shot.only("layout");
    expect(seen()).toEqual([2, 1]);
    shot.only("layout");
    expect(seen()).toEqual([3, 2, 1]);
  });
});
