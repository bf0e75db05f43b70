/** Takes to be picked for dailies: from what waits for somebody, or from the board as it is filtered. */

import { SvelteSet } from "svelte/reactivity";
import { getBoard, getInbox } from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { BoardView, InboxItemView } from "../api/types";
import type { Chosen } from "../dailies/order";
import { EVERYTHING, filterRows, fits, shownOf, sortRows, type Shown } from "./boardLines";

export type From = "waiting" | "board";

export interface Offer extends Chosen {
  code: string;
  title: string;
  stage: string;
  stageLabel: string;
  number: number;
  frames: number;
  status: string;
}

/** The take that stands for each task of a board that is asked for, in the board's order. */
export function offersOf(view: BoardView, shown: Shown): Offer[] {
  const labels = new Map(view.stages.map((stage) => [stage.key, stage.label]));
  return sortRows(filterRows(view.rows, shown), shown.sort, view).flatMap((row) =>
    row.cells.flatMap((cell): Offer[] => {
      if (!cell || cell.content === null || !fits(cell, shown)) return [];
      const { task, content, stage, number, frames, status } = cell;
      return [{ task, content, code: row.code, title: row.title, stage, stageLabel: labels.get(stage) ?? stage, number, frames, status }];
    }),
  );
}

export class Picker {
  view = $state.raw<BoardView | null>(null);
  problem = $state.raw<Problem | null>(null);
  from = $state<From>("board");
  /** As the board was filtered by whoever comes from there. */
  base = $state.raw<Shown>(EVERYTHING);
  text = $state("");
  status = $state("");
  stage = $state("");
  /** Tasks whose takes are picked. */
  readonly picked = new SvelteSet<string>();
  #waits = $state.raw<ReadonlySet<string>>(new Set());

  all = $derived(this.view ? offersOf(this.view, this.base) : []);
  waiting = $derived(this.all.filter((one) => this.#waits.has(one.task)));
  offers = $derived.by(() => {
    const words = this.text.toLowerCase().split(/\s+/).filter(Boolean);
    return (this.from === "waiting" ? this.waiting : this.all).filter(
      (one) =>
        (this.status === "" || one.status === this.status) &&
        (this.stage === "" || one.stage === this.stage) &&
        words.every((word) => `${one.code} ${one.title} ${one.stageLabel}`.toLowerCase().includes(word)),
    );
  });
  chosen = $derived(this.all.filter((one) => this.picked.has(one.task)));
  isAll = $derived(this.offers.length > 0 && this.offers.every((one) => this.picked.has(one.task)));

  /** Picks what somebody who makes a playlist most likely means: what waits for them, or what they filtered. */
  pickLikely(): void {
    if (this.base !== EVERYTHING || this.from === "waiting") this.pickAll(true);
  }

  /** Reads what there is to pick from; `search` is how the board was filtered. */
  async open(production: string, search = ""): Promise<void> {
    try {
      const [view, inbox] = await Promise.all([getBoard(production), getInbox()]);
      this.take(view, inbox, search);
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  take(view: BoardView, inbox: readonly InboxItemView[], search = ""): void {
    this.view = view;
    this.base = search === "" ? EVERYTHING : shownOf(search);
    this.#waits = new Set(inbox.filter((one) => one.production === view.production.code).map((one) => one.task));
    this.turn(search === "" && this.waiting.length > 0 ? "waiting" : "board");
  }

  turn(from: From): void {
    this.from = from;
  }

  /** Everything again, not only what the board was filtered to. */
  widen(): void {
    this.base = EVERYTHING;
  }

  pick(task: string): void {
    if (!this.picked.delete(task)) this.picked.add(task);
  }

  pickAll(on: boolean): void {
    for (const { task } of this.offers) {
      if (on) this.picked.add(task);
      else this.picked.delete(task);
    }
  }
}
