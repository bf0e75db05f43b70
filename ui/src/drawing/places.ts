/** Where in a take something was drawn or noted. */

import type { NoteView } from "../api/types";
import type { Span } from "../player/clock";
import type { Drawn } from "./operations";

export interface Spot extends Span {
  id: string;
  kind: "note" | "drawing";
  /** A note that nobody settled; a drawing always is. */
  open: boolean;
}

/** A note with what was answered to it, oldest first. */
export interface Thread {
  note: NoteView;
  replies: NoteView[];
}

export const isOpen = (note: NoteView): boolean => note.reply_to === null && note.disposition === null;

/** Notes with their answers; an answer to an answer stands under the note that began. */
export function threads(notes: readonly NoteView[]): Thread[] {
  const byId = new Map(notes.map((note) => [note.id, note]));
  const rootOf = (note: NoteView): NoteView => {
    const above = note.reply_to === null ? undefined : byId.get(note.reply_to);
    return above ? rootOf(above) : note;
  };
  const found = new Map<string, Thread>();
  for (const note of [...notes].sort((a, b) => a.seq - b.seq)) {
    const root = rootOf(note);
    if (root === note) found.set(note.id, { note, replies: [] });
    else found.get(root.id)?.replies.push(note);
  }
  return [...found.values()];
}

/** Where a note points: its own frames, else those of its drawings. */
export function framesOf(note: Pick<NoteView, "ranges" | "drawings">, drawings: readonly Drawn[]): Span[] {
  if (note.ranges.length > 0) return note.ranges.map(({ start, end }) => ({ start, end }));
  return distinct(drawings.filter((one) => note.drawings.includes(one.id)).map((one) => one.frames));
}

export function distinct(spans: readonly Span[]): Span[] {
  const found = new Map(spans.map(({ start, end }) => [`${String(start)}-${String(end)}`, { start, end }]));
  return [...found.values()].sort((a, b) => a.start - b.start || a.end - b.end);
}

/** Marks for the strip: a note covers the drawings it names, so that one remark is one mark. */
export function spots(notes: readonly NoteView[], drawings: readonly Drawn[]): Spot[] {
  const named = new Set(notes.flatMap((note) => note.drawings));
  const ofNotes = notes
    .filter((note) => note.reply_to === null)
    .flatMap((note) => framesOf(note, drawings).map((span): Spot => ({ ...span, id: note.id, kind: "note", open: isOpen(note) })));
  const ofDrawings = drawings
    .filter((one) => !named.has(one.id))
    .map((one): Spot => ({ start: one.frames.start, end: one.frames.end, id: one.id, kind: "drawing", open: true }));
  return [...ofNotes, ...ofDrawings].sort((a, b) => a.start - b.start);
}

/** The frame of the next spot after one, from the first again after the last; null where there is none. */
export function nextSpot(all: readonly Span[], frame: number): number | null {
  const starts = [...new Set(all.map((one) => one.start))].sort((a, b) => a - b);
  return starts.find((start) => start > frame) ?? starts[0] ?? null;
}
