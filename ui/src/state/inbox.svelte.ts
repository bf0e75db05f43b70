/** What waits for this person, by why; and what has happened that concerns them. */

import { getInbox, getNotices, seeNotices } from "../api/calls";
import type { InboxItemView, NoticesView } from "../api/types";
import { Loading } from "./loading.svelte";
import { deskAt } from "./route.svelte";

export const WHYS: readonly { why: string; label: string }[] = [
  { why: "mention", label: "Somebody names you" },
  { why: "note", label: "Notes on your takes" },
  { why: "stale", label: "Your approvals that went stale" },
  { why: "flags", label: "Flags to answer with your voice" },
  { why: "gate", label: "Your voice is asked for" },
];

// More than anybody reads from a list; the board has them all, with filters.
export const MOST_SHOWN = 100;

export interface Pile {
  why: string;
  label: string;
  items: InboxItemView[];
}

/** Piles in the order in which people are kept waiting, none of them empty. */
export const pilesOf = (items: readonly InboxItemView[]): Pile[] =>
  WHYS.map(({ why, label }) => ({ why, label, items: items.filter((one) => one.why === why) })).filter((pile) => pile.items.length > 0);

/** The desk at the take it is about, with the gate it waits at picked out. */
export const placeOfItem = (one: InboxItemView): string => deskAt(one.task, one.number, one.gate);

export class Inbox {
  readonly loading = new Loading<InboxItemView[]>();
  /** One pile alone, or all. */
  only = $state<string | null>(null);
  at = $state(0);
  all = $derived(pilesOf(this.loading.value ?? []));
  piles = $derived(this.only === null ? this.all : this.all.filter((pile) => pile.why === this.only));
  ordered = $derived(this.piles.flatMap((pile) => pile.items.slice(0, MOST_SHOWN)));
  active = $derived(this.ordered[Math.min(this.at, this.ordered.length - 1)]);

  ask = (): unknown => this.loading.ask(getInbox);

  move(by: 1 | -1): void {
    this.at = Math.max(0, Math.min(this.ordered.length - 1, this.at + by));
  }

  pick(why: string): void {
    this.only = this.only === why ? null : why;
    this.at = 0;
  }
}

// A room full of verdicts tells of itself many times a second; a bell need not.
const CALM_MS = 1_500;

export class Notices {
  readonly loading = new Loading<NoticesView>();
  isOpen = $state(false);
  unseen = $derived(this.loading.value?.unseen ?? 0);

  #waiting = false;

  ask = (): unknown => this.loading.ask(getNotices);

  /** The book grew: asks again in a while, once for all that came; not under the eyes of who reads. */
  hear = (): void => {
    if (this.#waiting || this.isOpen) return;
    this.#waiting = true;
    setTimeout(() => {
      this.#waiting = false;
      if (!this.isOpen) this.ask();
    }, CALM_MS);
  };

  /** Opens the list as it was; from then on all of it counts as seen. */
  async toggle(): Promise<void> {
    this.isOpen = !this.isOpen;
    const told = this.loading.value;
    if (!this.isOpen || !told || told.unseen === 0) return;
    const after = await seeNotices(told.book_seq).catch(() => null);
    // what was new stays marked until the list is opened again
    if (after) this.loading.set({ ...after, notices: told.notices });
  }

  close(): void {
    this.isOpen = false;
  }
}
