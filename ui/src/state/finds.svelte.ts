/** Takes of other shots that could fill a gap: asked for by words, gone through by keys, one of them taken. */

import * as calls from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { CutView, FoundTakeView, FoundView } from "../api/types";
import type { Cut } from "./cut.svelte";
import { Loading } from "./loading.svelte";

const PAUSE_MS = 250;

/** Where a find comes from, in words: the production only where it is another. */
export const fromWords = (find: FoundTakeView, here: string): string =>
  `${find.production === here ? "" : `${find.production_title}, `}${find.shot} take ${String(find.number)}`;

export class Finds {
  readonly loading = new Loading<FoundView>();
  /** Slot that is searched for; null while the search is closed. */
  slot = $state<string | null>(null);
  words = $state("");
  at = $state(0);
  busy = $state(false);
  refusal = $state.raw<Problem | null>(null);
  #production = "";
  #waiting: ReturnType<typeof setTimeout> | undefined;

  view = $derived(this.loading.value?.slot === this.slot ? this.loading.value : null);
  list = $derived(this.view?.found ?? []);
  picked = $derived(this.list[this.at] ?? null);

  open(production: string, slot: string): Promise<void> {
    if (slot !== this.slot) this.words = "";
    this.slot = slot;
    this.#production = production;
    this.refusal = null;
    return this.#ask();
  }

  close(): void {
    clearTimeout(this.#waiting);
    this.slot = this.refusal = null;
  }

  /** Searches once nobody has typed for a moment. */
  type(words: string): void {
    this.words = words;
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => void this.#ask(), PAUSE_MS);
  }

  move(by: 1 | -1): void {
    this.at = Math.min(Math.max(0, this.list.length - 1), Math.max(0, this.at + by));
  }

  /** The cut in whose slot the find is offered now, or null where it was refused. */
  async take(find: FoundTakeView, cut: CutView): Promise<CutView | null> {
    if (this.busy || this.slot === null || find.refused !== "") return null;
    this.busy = true;
    this.refusal = null;
    try {
      const next = await calls.takeFind(cut.production.code, this.slot, find.take, cut.hash);
      this.close();
      return next;
    } catch (error) {
      this.refusal = asProblem(error);
      return null;
    } finally {
      this.busy = false;
    }
  }

  /** Takes one and has the cut show it among the slot's offers. */
  async takeInto(cut: Cut, find: FoundTakeView): Promise<void> {
    const next = cut.view && (await this.take(find, cut.view));
    if (next) cut.loading.set(next);
  }

  /** What a key of the cut means while a gap is looked at; false where it means nothing here. */
  press(action: string, cut: Cut, mayMake: boolean): boolean {
    const { slot, view } = cut;
    if (!mayMake || !view || slot?.state !== "gap") return false;
    const isOpen = this.slot === slot.id;
    if (action === "find" && isOpen) this.close();
    else if (action === "find") void this.open(view.production.code, slot.id);
    else if (!isOpen) return false;
    else if (action === "find-next") this.move(1);
    else if (action === "find-before") this.move(-1);
    else if (action === "take-find" && this.picked) void this.takeInto(cut, this.picked);
    else return false;
    return true;
  }

  async #ask(): Promise<void> {
    const { slot, words } = this;
    if (slot === null) return;
    this.at = 0;
    await this.loading.ask(() => calls.findTakes(this.#production, slot, words.trim()));
  }
}
