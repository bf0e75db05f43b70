/** What there is to know of the picture of the take that is looked at: that it is HDR, that frames are damaged. */

import { Fetched } from "./fetched.svelte";

export interface Badge {
  code: string;
  label: string;
  sentence: string;
}

export class Badges {
  #fetched = new Fetched((answer) => answer.json() as Promise<Badge[]>);

  get told(): Badge[] {
    return this.#fetched.value ?? [];
  }

  /** Fetches those of a take; null is one of which there is nothing to know. */
  look(address: string | null): Promise<void> {
    return this.#fetched.look(address);
  }
}
