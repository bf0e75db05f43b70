/** Pictures that are likely to be wanted next, decoded before anybody asks: a few, and never first. */

import type { Picture } from "./ring";
import { Turns } from "./turns";

// Some 3.7 MB each at 1280 × 720.
export const MOST_AHEAD = 8;

export class Ahead<P extends Picture> {
  #fetch: (address: string) => Promise<P>;
  #turns: Turns;
  #plan: readonly string[] = [];
  #here = new Map<string, P>();
  #failed = new Set<string>();
  #coming: { address: string; picture: Promise<P>; isClaimed: boolean } | null = null;
  #closed = false;

  constructor(fetch: (address: string) => Promise<P>, turns: Turns) {
    this.#fetch = fetch;
    this.#turns = turns;
  }

  get size(): number {
    return this.#here.size;
  }

  has(address: string): boolean {
    return this.#here.has(address);
  }

  /** What to have at hand, the likeliest first; whatever else there is is let go of. */
  plan(addresses: readonly string[]): void {
    this.#plan = [...new Set(addresses)].slice(0, MOST_AHEAD);
    for (const [address, picture] of this.#here) {
      if (this.#plan.includes(address)) continue;
      picture.close();
      this.#here.delete(address);
    }
    this.#failed = new Set(this.#plan.filter((address) => this.#failed.has(address)));
    this.#turns.ask(this.#next);
  }

  /** A picture wanted now: fetched ahead, on its way, or asked for. Whoever gets it closes it. */
  load(address: string): Promise<P> {
    this.#plan = this.#plan.filter((one) => one !== address);
    const here = this.#here.get(address);
    if (here) {
      this.#here.delete(address);
      return Promise.resolve(here);
    }
    if (this.#coming?.address === address && !this.#coming.isClaimed) {
      this.#coming.isClaimed = true;
      return this.#coming.picture;
    }
    return this.#fetch(address);
  }

  close(): void {
    this.#closed = true;
    this.plan([]);
  }

  #next = (): Promise<void> | null => {
    const address = this.#plan.find((one) => !this.#here.has(one) && !this.#failed.has(one));
    if (address === undefined || this.#closed) return null;
    return this.#bring(address).finally(() => this.#turns.ask(this.#next));
  };

  async #bring(address: string): Promise<void> {
    const coming = { address, picture: this.#fetch(address), isClaimed: false };
    this.#coming = coming;
    try {
      const picture = await coming.picture;
      if (coming.isClaimed) return;
      if (this.#plan.includes(address)) this.#here.set(address, picture);
      else picture.close();
    } catch {
      this.#failed.add(address);
    } finally {
      this.#coming = null;
    }
  }
}
