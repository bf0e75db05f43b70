/** Records for specs: the smallest that the types allow. */

import type { BoardView, CellView, CutChangeView, CutDiffView, CutSideView, CutSlotView, CutView, GateView, ProductionView, ReasonFamilyView, RowView, TakeView, TaskView } from "../api/types";

export const production: ProductionView = {
  id: "p1", code: "bunny", title: "The Burrow", rate: [24, 1], width_px: 1920, height_px: 1080, roles: ["director"],
};

export const gate = (key: string, more: Partial<GateView> = {}): GateView => ({
  key, label: key, result: "unsatisfied", hash: `hash-${key}`, findings: [], low: -2, high: 2,
  reason_needed: [-2, -1], blocked: "", blind: false, override: null, may_override: [], ...more,
});

export const take = (number: number, more: Partial<TakeView> = {}): TakeView => ({
  id: `k${String(number)}`, number, content: `sha${String(number)}`, origin: "drawn", label: "", n_frames: 240,
  rate: [24, 1], timecode: null, width_px: 1920, height_px: 1080, made_by: [], parent: null, state: "review", stack: number, mine: false,
  media: { frames: "/f/{n}.jpg", full: null, alpha: null, checker: null, proxy: "/p.mp4", poster: null, peaks: null, badges: null, size_px: [1280, 720] },
  gates: [gate("lead"), gate("director")], verdicts: [], evidence: [], in_cut: false, cut_range: null, seq: number, carried: [],
  parent_take: null, hidden: false, overrides: [], notes: [], ...more,
});

export const task = (takes: TakeView[], more: Partial<TaskView> = {}): TaskView => ({
  id: "t1", production, entity: "e1", kind: "shot", code: "sh010", title: "", stage: "animation",
  stage_label: "Animation", status: "review", frames: 240, upstream: { "design/rabbit": "sheet" }, takes, sheets: [],
  start_frame: 0, previous_task: null, next_task: null, may_note: true, book_seq: 1, ...more,
});

export const flagged = { id: "ev1", check: "consistency", version: 1, sentence: "", flagged: true, worst_frame: 87, summary: {} };

export const families: ReasonFamilyView[] = [
  { digit: 1, key: "character", label: "Character", reasons: [{ code: "character.off_model", key: "1o", label: "off model", polarity: "-" }] },
  { digit: 3, key: "motion", label: "Motion", reasons: [{ code: "motion.flicker", key: "3f", label: "flicker", polarity: "-" }] },
];

export const cell = (status: string, more: Partial<CellView> = {}): CellView => ({
  task: "t", stage: "animation", status, waits_for: "", takes: 1, flagged: 0, content: null,
  number: 0, frames: 0, notes: 0, people: [], causes: [], changed: 0, ...more,
});

export const row = (code: string, cells: (CellView | null)[], title = ""): RowView => ({
  entity: `e_${code}`, kind: "shot", code, title, frames: 100, source_class: null, cells,
});

export const board = (rows: RowView[]): BoardView => ({
  production,
  stages: [
    { key: "storyboard", label: "Storyboard", gates: [] },
    { key: "animation", label: "Animation", gates: [] },
  ],
  rows,
  statuses: [
    { key: "todo", label: "todo", colour: "#9a9a9a", shape: "hollow" },
    { key: "circled", label: "circled", colour: "#35c46a", shape: "ring" },
  ],
  book_seq: 1,
  start_frame: 0,
  people: [],
  cut: [],
});

export const slot = (id: string, start: number, end: number, state: string, more: Partial<CutSlotView> = {}): CutSlotView => ({
  id, shot: id, title: "", task: `t_${id}`, record: { start, end }, frames: end - start, take: state === "gap" ? null : "k1",
  take_number: state === "gap" ? null : 1, source_in: 0, state, poster: null, offers: [], ...more,
});

export const cut = (slots: CutSlotView[], more: Partial<CutView> = {}): CutView => ({
  production, hash: "h1", number: 1, rate: [24, 1], n_frames: slots.at(-1)?.record.end ?? 0, slots, master: null,
  master_task: null, rendering: false, missing: [], unheard: [], book_seq: 1, ...more,
});

/** A side of two compared versions: (slot, frames) in order. */
export const side = (number: number, lengths: readonly (readonly [string, number])[]): CutSideView => {
  let start = 0;
  const slots = lengths.map(([id, frames]) => {
    const slot = { id, shot: id, start, frames, take: null, take_number: null, source_in: 0, poster: null };
    start += frames;
    return slot;
  });
  return { number, hash: `h${String(number)}`, at: "2026-01-01T10:00:00Z", by: { id: "p_1", name: "Ed" }, n_frames: start, slots };
};

export const diff = (before: CutSideView, after: CutSideView, changes: CutChangeView[] = []): CutDiffView => ({
  production, rate: [24, 1], before, after, changes,
});
