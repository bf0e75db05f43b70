/** What is likely to be looked at next: its pages are read and its first pictures fetched before anybody asks. */

import type { TakeView, TaskView } from "../api/types";
import { MOST_AHEAD, type Ahead } from "../player/ahead";
import type { Picture } from "../player/ring";
import { live } from "./live.svelte";
import { comingTakes, firstTake } from "./takes";

/** Where somebody is, and who. */
export interface Here {
  task: TaskView;
  /** In the order of the strip. */
  takes: readonly TakeView[];
  take: TakeView;
  gate: string;
  person: string;
  /** That the next take of the same task would be looked at on. */
  frame: number;
}

// Somebody who steps or scrubs goes nowhere else meanwhile.
const REST_MS = 250;
// A circle leads to the next task at any time, so that some of those are at hand too.
const TASKS_BESIDE = 3;

/** A browser that is to spare data is sent nothing that nobody asked for. */
const sparesData = (): boolean => (globalThis.navigator as { connection?: { saveData?: boolean } } | undefined)?.connection?.saveData ?? false;

const addressOf = ({ media, n_frames }: TakeView, frame: number): string | null =>
  media.frames?.replace("{n}", String(Math.min(frame, Math.max(0, n_frames - 1)))) ?? null;

export class Coming {
  #read: (task: string) => Promise<TaskView>;
  #ahead: Ahead<Picture>;
  #tasks = new Map<string, TaskView>();
  #rest: ReturnType<typeof setTimeout> | null = null;
  #turn = 0;

  constructor(read: (task: string) => Promise<TaskView>, ahead: Ahead<Picture>) {
    this.#read = read;
    this.#ahead = ahead;
  }

  /** A task as it was read ahead; not where a take is named that it did not have then. Given once. */
  take(id: string, number: number | null): TaskView | null {
    const known = this.#tasks.get(id) ?? null;
    this.#tasks.delete(id);
    return number === null || known?.takes.some((take) => take.number === number) ? known : null;
  }

  /** Begins once nothing moves any more. */
  plan(here: Here): void {
    const turn = ++this.#turn;
    if (this.#rest !== null) clearTimeout(this.#rest);
    if (sparesData()) return;
    this.#rest = setTimeout(() => void this.#bring(here, turn), REST_MS);
  }

  async #bring({ task, takes, take, gate, person, frame }: Here, turn: number): Promise<void> {
    const own = comingTakes(takes, take, person, gate).flatMap((one) => addressOf(one, frame) ?? []);
    const others: string[] = [];
    const kept = new Map<string, TaskView>();
    const show = (): void => this.#ahead.plan(mixed(own, others));
    const most = Math.max(TASKS_BESIDE, MOST_AHEAD - own.length);
    for (let id = task.next_task; id !== null && others.length < most; ) {
      let next = this.#known(id);
      if (!next) {
        show(); // the pictures of those that are known come while this one is read
        next = await this.#read(id).catch(() => null);
        if (turn !== this.#turn) return;
      }
      if (!next) break;
      kept.set(id, next);
      this.#tasks.set(id, next);
      const first = firstTake(next.takes);
      const address = first && addressOf(first, 0);
      if (address) others.push(address);
      id = next.next_task;
    }
    show();
    this.#tasks = kept;
  }

  /** A task read before, unless its pictures were still being made and the book has grown since. */
  #known(id: string): TaskView | null {
    const known = this.#tasks.get(id);
    const first = known && firstTake(known.takes);
    return known && (first?.media.frames || known.book_seq >= live.seq) ? known : null;
  }
}

/** The nearest of the one and of the other in turn, as many as are kept. */
export function mixed(own: readonly string[], others: readonly string[]): string[] {
  const most = Math.max(own.length, others.length);
  return Array.from({ length: most }, (_, at) => [own[at], others[at]].flatMap((one) => one ?? []))
    .flat()
    .slice(0, MOST_AHEAD);
}
