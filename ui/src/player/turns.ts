/** What is fetched ahead of need: one thing at a time, in turn, and nothing while a frame is wanted now. */

/** Begins what it would do next; null where nothing is left to do. */
export type Turn = () => Promise<unknown> | null;

export class Turns {
  #waiting: Turn[] = [];
  #wanted = 0;
  #busy = false;

  /** Puts up for a turn; whoever has more to do after it asks again. */
  ask(turn: Turn): void {
    if (!this.#waiting.includes(turn)) this.#waiting.push(turn);
    this.#next();
  }

  /** Nobody's turn comes before this is over. */
  first<T>(wanted: Promise<T>): Promise<T> {
    this.#wanted++;
    return wanted.finally(() => {
      this.#wanted--;
      this.#next();
    });
  }

  #next(): void {
    while (!this.#busy && this.#wanted === 0) {
      const turn = this.#waiting.shift();
      if (!turn) return;
      const doing = turn();
      if (!doing) continue;
      this.#busy = true;
      const done = (): void => {
        this.#busy = false;
        this.#next();
      };
      doing.then(done, done);
    }
  }
}
