/** Something asked for from the studio: what came, what went wrong, whether an answer is awaited. */

import { asProblem, type Problem } from "../api/problem";

export class Loading<T> {
  value = $state.raw<T | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  #turn = 0;

  /** Takes the answer of the newest question; a late answer to an older one is dropped. */
  async ask(question: () => Promise<T>): Promise<T | null> {
    const turn = ++this.#turn;
    this.busy = true;
    try {
      const value = await question();
      if (turn !== this.#turn) return null;
      this.value = value;
      this.problem = null;
      return value;
    } catch (error) {
      if (turn === this.#turn) this.problem = asProblem(error);
      return null;
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }

  set(value: T): void {
    this.#turn++;
    this.value = value;
    this.problem = null;
    this.busy = false;
  }
}
