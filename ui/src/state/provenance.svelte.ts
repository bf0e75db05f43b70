/** Where the take that is looked at came from; asked for once somebody wants to know. */

import * as calls from "../api/calls";
import type { FactView, ProvenanceView } from "../api/types";
import type { Look } from "../parts/looks";
import { Loading } from "./loading.svelte";

const AGAIN_MS = 1500;

/** How far a fact can be trusted: a word, a shape and a colour; the strongest first. */
export const TRUST_LOOKS: Readonly<Record<FactView["trust"], Look>> = {
  receipt: { shape: "ring", colour: "#35c46a", label: "our receipt" },
  signed: { shape: "dot", colour: "#9ed8b3", label: "signed" },
  embedded: { shape: "half", colour: "#4da3ff", label: "written in the file" },
  inferred: { shape: "hollow", colour: "#d6d6d6", label: "worked out" },
  declared: { shape: "note", colour: "#f2a900", label: "somebody says so" },
};

const LONG = 160;

/** Facts in one line and those that want room; hashes are shown by their start. */
export const isLong = (fact: FactView): boolean => fact.value.length > LONG || fact.value.includes("\n");

/** Facts under how far they can be trusted, the strongest first; of each kind only what there is. */
export function byTrust(facts: FactView[]): [FactView["trust"], FactView[]][] {
  const trusts = Object.keys(TRUST_LOOKS) as FactView["trust"][];
  return trusts.map((trust): [FactView["trust"], FactView[]] => [trust, facts.filter((fact) => fact.trust === trust)]).filter(([, told]) => told.length > 0);
}

/** In few words: the tool and how far that is to be trusted; empty while nothing was asked. */
export function summaryOf(view: ProvenanceView | null): string {
  if (view === null) return "";
  if (!view.is_read) return "being read";
  if (view.is_unknown) return "unknown";
  const tool = view.facts.find((fact) => fact.what === "tool") ?? view.facts[0];
  return tool ? tool.value : "unknown";
}

export class Provenance {
  isOpen = $state(false);
  readonly loading = new Loading<ProvenanceView>();
  #of = "";
  #timer: ReturnType<typeof setTimeout> | null = null;

  view = $derived(this.loading.value);

  /** Another take is looked at, or the panel was opened: asks only while it is open, and once a take. */
  look(task: string | null, content: string | null): void {
    const of = task !== null && content !== null ? `${task}/${content}` : "";
    if (!this.isOpen || of === this.#of) return;
    this.leave();
    this.#of = of;
    this.loading.value = null;
    if (task !== null && content !== null) void this.#ask(task, content);
  }

  leave(): void {
    this.#of = "";
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #ask(task: string, content: string): Promise<void> {
    const of = this.#of;
    const view = await this.loading.ask(() => calls.getProvenance(task, content));
    if (view?.is_read === false && of === this.#of) this.#timer = setTimeout(() => void this.#ask(task, content), AGAIN_MS);
  }
}
