/** What is done to drawings, operation by operation; undoing is one more of them, never one less. */

import type { DrawingBody, DrawingView } from "../api/types";
import type { Mark, Shape } from "./ink";
import { uuid7 } from "./uuid7";

/** A drawing as it is shown: as the book has it, and what still waits to get there. */
export interface Drawn extends Mark {
  id: string;
  person: string;
  mine: boolean;
  saved: boolean;
}

export interface Place {
  task: string;
  content: string;
}

type Act = DrawingBody["act"];

export const operation = (place: Place, act: Act, drawing: string, mark: Mark | null): DrawingBody => ({
  ...place,
  op: uuid7(),
  act,
  drawing,
  mark: mark && {
    frames: { start: mark.frames.start, end: mark.frames.end },
    shape: mark.shape,
    points: mark.points.map((point) => [...point]),
    width: mark.width,
    colour: mark.colour,
    text: mark.text,
  },
});

const drawnOf = (view: DrawingView): Drawn => ({
  id: view.id,
  person: view.person.name || view.person.id,
  mine: view.mine,
  saved: true,
  frames: view.frames,
  shape: view.shape as Shape,
  points: view.points.map(([x = 0, y = 0]) => [x, y] as const),
  width: view.width,
  colour: view.colour,
  text: view.text ?? "",
});

const markOf = (sent: NonNullable<DrawingBody["mark"]>): Mark => ({
  ...sent,
  points: sent.points.map(([x = 0, y = 0]) => [x, y] as const),
  text: sent.text ?? "",
});

/** Drawings as they stand once what waits has been done as well; `me` is whose waiting operations these are. */
export function standing(views: readonly DrawingView[], waiting: readonly DrawingBody[], me: string): Drawn[] {
  const found = new Map(views.map((view) => [view.id, drawnOf(view)]));
  const gone = new Map<string, Drawn>();
  for (const { act, drawing, mark } of waiting) {
    const known = found.get(drawing);
    if (mark && (act === "add" || known)) found.set(drawing, { id: drawing, person: me, mine: true, ...markOf(mark), saved: false });
    else if (act === "delete" && known) {
      gone.set(drawing, known);
      found.delete(drawing);
    } else if (act === "restore" && !known) {
      const back = gone.get(drawing);
      if (back) found.set(drawing, { ...back, saved: false });
    }
  }
  return [...found.values()];
}

/** One thing done in this sitting: what a drawing was before and after; null where it did not stand. */
interface Step {
  drawing: string;
  before: Mark | null;
  after: Mark | null;
}

export interface Doing {
  act: Act;
  drawing: string;
  mark: Mark | null;
}

const doing = (drawing: string, from: Mark | null, to: Mark | null): Doing => {
  if (!to) return { act: "delete", drawing, mark: null };
  return from ? { act: "update", drawing, mark: to } : { act: "restore", drawing, mark: null };
};

/** What was done since somebody sat down here, so that it can be undone and done again. */
export class Sitting {
  #done: Step[] = [];
  #undone: Step[] = [];

  did(drawing: string, before: Mark | null, after: Mark | null): void {
    this.#done.push({ drawing, before, after });
    this.#undone = [];
  }

  get canUndo(): boolean {
    return this.#done.length > 0;
  }

  get canRedo(): boolean {
    return this.#undone.length > 0;
  }

  undo(): Doing | null {
    const step = this.#done.pop();
    if (!step) return null;
    this.#undone.push(step);
    return doing(step.drawing, step.after, step.before);
  }

  redo(): Doing | null {
    const step = this.#undone.pop();
    if (!step) return null;
    this.#done.push(step);
    return doing(step.drawing, step.before, step.after);
  }
}
