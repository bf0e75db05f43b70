/** Still holds: this person's stale approvals, and confirming those that still do. */

import * as calls from "../api/calls";
import { asProblem } from "../api/problem";
import type { ConfirmationBody, ReaffirmView, StaleApprovalView } from "../api/types";
import { newKey } from "./idempotency";
import { Loading } from "./loading.svelte";

/** As many as the studio takes at once. */
const MOST = 500;

export const mineOf = (stale: readonly StaleApprovalView[]): StaleApprovalView[] => stale.filter((one) => one.mine);
export const confirmable = (stale: readonly StaleApprovalView[]): StaleApprovalView[] =>
  mineOf(stale).filter((one) => one.blocked === "");

export const confirmationOf = (one: StaleApprovalView): ConfirmationBody => ({
  verdict: one.verdict,
  key: newKey(),
  gate_hash: one.gate_hash,
  upstream: one.upstream,
  answers: [],
});

/** What came of it, for a person. */
export function wordsOf(done: ReaffirmView): string {
  const said = `${String(done.recorded)} confirmed`;
  const refused = done.results.filter((one) => one.refused !== "");
  return refused.length === 0 ? `${said}.` : `${said}, ${String(refused.length)} refused: ${refused[0]?.refused ?? ""}`;
}

/** Confirms every stale approval of this person on one task. */
export async function confirmTask(production: string, task: string): Promise<string> {
  const stale = await calls.getStale(production);
  const here = mineOf(stale).filter((one) => one.task === task);
  const able = confirmable(here);
  if (able.length === 0) return here[0]?.blocked ?? "None of your approvals of this is stale.";
  return wordsOf(await calls.reaffirm(production, able.map(confirmationOf)));
}

/** One line about what came of the key on a board's cell or a queue's item. */
export class HoldsNotice {
  words = $state("");
  #busy = false;

  confirm(production: string, task: string): void {
    if (this.#busy) return;
    this.#busy = true;
    this.words = "Confirming …";
    confirmTask(production, task)
      .then((words) => (this.words = words))
      .catch((error: unknown) => (this.words = asProblem(error).detail))
      .finally(() => (this.#busy = false));
  }
}

export class Holds {
  readonly loading = new Loading<StaleApprovalView[]>();
  at = $state(0);
  sending = $state(false);
  words = $state("");
  /** Entry of a stale approval → why confirming it was refused. */
  refused = $state.raw<ReadonlyMap<number, string>>(new Map());

  stale = $derived(this.loading.value ?? []);
  mine = $derived(mineOf(this.stale));
  others = $derived(this.stale.length - this.mine.length);
  able = $derived(confirmable(this.stale));
  active = $derived(this.mine[Math.min(this.at, this.mine.length - 1)] ?? null);

  open(production: string): Promise<unknown> {
    return this.loading.ask(() => calls.getStale(production));
  }

  move(by: 1 | -1): void {
    this.at = Math.max(0, Math.min(this.mine.length - 1, this.at + by));
  }

  /** Confirms these; those that were recorded leave the list, the others say why they stay. */
  async confirm(production: string, wanted: readonly StaleApprovalView[]): Promise<void> {
    const able = confirmable(wanted).slice(0, MOST);
    if (this.sending || able.length === 0) return;
    this.sending = true;
    try {
      const done = await calls.reaffirm(production, able.map(confirmationOf));
      this.words = wordsOf(done);
      this.refused = new Map(done.results.filter((one) => one.refused !== "").map((one) => [one.verdict, one.refused]));
    } catch (error) {
      this.words = asProblem(error).detail;
    } finally {
      this.sending = false;
    }
    await this.open(production);
  }
}
