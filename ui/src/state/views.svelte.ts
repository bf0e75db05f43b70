/** The person's own views of a board: a name, and what stands behind `?` in its address. */

import { deleteView, getViews, saveView } from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { SavedBoardView } from "../api/types";

export class Views {
  all = $state.raw<SavedBoardView[]>([]);
  problem = $state.raw<Problem | null>(null);
  #production: string;

  constructor(production: string) {
    this.#production = production;
  }

  load = (): Promise<void> => this.#ask(() => getViews(this.#production));
  save = (name: string, query: string): Promise<void> => this.#ask(() => saveView(this.#production, { name, query }));
  forget = (view: string): Promise<void> => this.#ask(() => deleteView(this.#production, view));

  /** The view that is open: the one that keeps just this. */
  of(query: string): SavedBoardView | null {
    return this.all.find((one) => one.query === query) ?? null;
  }

  async #ask(question: () => Promise<SavedBoardView[]>): Promise<void> {
    try {
      this.all = await question();
      this.problem = null;
    } catch (error) {
      this.problem = asProblem(error);
    }
  }
}
