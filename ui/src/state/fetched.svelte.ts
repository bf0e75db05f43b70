/** What stands at an address, of the take that is looked at: the newest wish counts, however late another's answer. */

export class Fetched<T> {
  value = $state.raw<T | null>(null);
  #read: (answer: Response) => Promise<T | null>;
  #wanted: string | null = null;

  constructor(read: (answer: Response) => Promise<T | null>) {
    this.#read = read;
  }

  /** Fetches it; null is a take that has none. */
  async look(address: string | null): Promise<void> {
    if (address === this.#wanted) return;
    this.#wanted = address;
    this.value = null;
    if (address === null) return;
    try {
      const answer = await fetch(address);
      const value = answer.ok ? await this.#read(answer) : null;
      if (this.#wanted === address) this.value = value;
    } catch {
      if (this.#wanted === address) this.#wanted = null; // asked for again when it is looked at again
    }
  }
}
