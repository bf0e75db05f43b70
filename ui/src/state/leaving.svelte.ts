/** What leaves: what of the film is made how, and whether what left is still what was sealed. */

import * as calls from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { DeliveryCheckView, DisclosureView } from "../api/types";

export const FORMS = ["pdf", "csv", "json"] as const;

/** Where a sheet can be had: of the cut as it stands, or as it was sealed. */
export const sheetPath = (code: string, form: string, seal: number | null = null): string =>
  `/api/productions/${encodeURIComponent(code)}/disclosure.${form}${seal === null ? "" : `?seal=${seal}`}`;

/** The shape and colour of an answer: a ring for what holds, a cross for what was altered, a dot for the rest. */
export function look(answer: string): { shape: string; colour: string } {
  if (answer === "intact") return { shape: "ring", colour: "var(--circled)" };
  return answer === "altered" ? { shape: "cross", colour: "var(--no-good)" } : { shape: "dot", colour: "var(--retake)" };
}

export class Leaving {
  disclosure = $state.raw<DisclosureView | null>(null);
  checks = $state.raw<ReadonlyMap<number, DeliveryCheckView>>(new Map());
  problems = $state.raw<ReadonlyMap<number, Problem>>(new Map());
  checking = $state<number | null>(null);
  #asked = 0;

  /** Ask anew what the cut is made of; a late answer never stands over a newer one. */
  async open(production: string): Promise<void> {
    const asked = ++this.#asked;
    const found = await calls.getDisclosure(production).catch(() => null);
    if (asked === this.#asked) this.disclosure = found;
  }

  async check(production: string, seq: number): Promise<void> {
    if (this.checking !== null) return;
    this.checking = seq;
    this.problems = new Map([...this.problems].filter(([one]) => one !== seq));
    try {
      const found = await calls.checkDelivery(production, seq);
      this.checks = new Map([...this.checks, [seq, found]]);
    } catch (error) {
      this.problems = new Map([...this.problems, [seq, asProblem(error)]]);
    } finally {
      this.checking = null;
    }
  }
}
