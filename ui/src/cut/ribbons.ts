/** The picture of two versions: blocks on two strips, and ribbons from where a slot was to where it is. */

import type { CutDiffView, CutSideSlotView } from "../api/types";

export interface Span {
  from: number;
  to: number;
}

export interface Ribbon {
  slot: string;
  shot: string;
  /** Where it was, in shares of the picture's width; null where it is new. */
  above: Span | null;
  /** Where it is; null where it is gone. */
  below: Span | null;
  sorts: readonly string[];
}

/** One sign for what was done, the same as on the command line. */
export const SIGNS: Record<string, string> = {
  whole: "∙", gone: "−", new: "+", split: "÷", moved: "⇄", renamed: "=", filled: "●", emptied: "○", replaced: "↻",
  slipped: "↔", head: "⟨", tail: "⟩", length: "⟩", retimed: "%", dissolve: "×", sound: "♪",
};

const spanOf = (slot: CutSideSlotView | undefined, longest: number): Span | null =>
  slot ? { from: slot.start / longest, to: (slot.start + slot.frames) / longest } : null;

/** Every slot of either version, those that went first; both strips have the same scale. */
export function ribbonsOf(diff: CutDiffView): Ribbon[] {
  const longest = Math.max(1, diff.before.n_frames, diff.after.n_frames);
  const sorts = new Map<string, string[]>();
  for (const change of diff.changes) if (change.slot && change.sort !== "sound") sorts.set(change.slot, [...(sorts.get(change.slot) ?? []), change.sort]);
  const before = new Map(diff.before.slots.map((slot) => [slot.id, slot]));
  const after = new Set(diff.after.slots.map((slot) => slot.id));
  const ribbon = (slot: CutSideSlotView, above: Span | null, below: Span | null): Ribbon => ({
    slot: slot.id, shot: slot.shot, above, below, sorts: sorts.get(slot.id) ?? [],
  });
  return [
    ...diff.before.slots.filter((slot) => !after.has(slot.id)).map((slot) => ribbon(slot, spanOf(slot, longest), null)),
    ...diff.after.slots.map((slot) => ribbon(slot, spanOf(before.get(slot.id), longest), spanOf(slot, longest))),
  ];
}

/** The outline of a ribbon between two strips; what has one end only runs out to a point. */
export function outline(ribbon: Ribbon, width: number, top: number, bottom: number): string {
  const middle = (top + bottom) / 2;
  const x = (share: number): string => (share * width).toFixed(1);
  const { above, below } = ribbon;
  if (above && below)
    return (
      `M${x(above.from)} ${String(top)}C${x(above.from)} ${String(middle)} ${x(below.from)} ${String(middle)} ${x(below.from)} ${String(bottom)}` +
      `H${x(below.to)}C${x(below.to)} ${String(middle)} ${x(above.to)} ${String(middle)} ${x(above.to)} ${String(top)}Z`
    );
  const end = above ?? below;
  if (!end) return "";
  const at = above ? top : bottom;
  return `M${x(end.from)} ${String(at)}L${x((end.from + end.to) / 2)} ${String(middle)}L${x(end.to)} ${String(at)}Z`;
}

export interface Mark {
  slot: string;
  at: number;
  signs: string;
}

/** Signs between the strips, in shares of the width; where two would touch, the earlier one stands for both. */
export function marksOf(ribbons: readonly Ribbon[], room: number): Mark[] {
  const centre = (span: Span | null): number | null => (span ? (span.from + span.to) / 2 : null);
  const marks = ribbons
    .filter((one) => one.sorts.length > 0)
    .map((one) => {
      const ends = [centre(one.above), centre(one.below)].filter((end) => end !== null);
      const at = ends.reduce((sum, end) => sum + end, 0) / Math.max(1, ends.length);
      return { slot: one.slot, at, signs: [...new Set(one.sorts.map((sort) => SIGNS[sort] ?? "?"))].join("") };
    })
    .sort((a, b) => a.at - b.at);
  const shown: Mark[] = [];
  for (const mark of marks) {
    const last = shown.at(-1);
    if (!last || mark.at - last.at >= room) shown.push(mark);
  }
  return shown;
}
