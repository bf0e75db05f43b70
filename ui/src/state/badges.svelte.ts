/** What there is to know of the picture of the take that is looked at: that it is HDR, that frames are damaged. */

export interface Badge {
  code: string;
  label: string;
  sentence: string;
}

export class Badges {
  told = $state.raw<Badge[]>([]);
  #wanted: string | null = null;

  /** Fetches those of a take; null is one of which there is nothing to know. */
  async look(address: string | null): Promise<void> {
    if (address === this.#wanted) return;
    this.#wanted = address;
    this.told = [];
    if (address === null) return;
    try {
      const answer = await fetch(address);
      const told = answer.ok ? ((await answer.json()) as Badge[]) : [];
      if (this.#wanted === address) this.told = told;
    } catch {
      if (this.#wanted === address) this.#wanted = null; // asked for again when it is looked at again
    }
  }
}
