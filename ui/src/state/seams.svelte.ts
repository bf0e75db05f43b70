/** The seams of a slot: what was measured at both ends, before a splice and after it. */

import * as calls from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { CutSlotView, CutView, JobView, SeamEndView, SeamView, SeamsView } from "../api/types";
import { isOpen, live } from "./live.svelte";
import { Loading } from "./loading.svelte";

export interface Look {
  shape: string;
  colour: string;
  label: string;
}

/** A row of the comparison: one kind, before the splice and after it. */
export interface Row {
  label: string;
  before: string;
  after: string;
  limit: string;
  told: boolean;
}

export const sealLook = (seam: SeamView): Look =>
  seam.stale
    ? { shape: "broken_ring", colour: "#8fb39b", label: "measured before something moved" }
    : seam.holds
      ? { shape: "dot", colour: "#9ed8b3", label: "nothing is told from the plate" }
      : { shape: "arrow", colour: "#f2a900", label: "can be told from the plate" };

/** What stands there, else the newest splice, else whatever was measured last. */
export const chosen = (view: SeamsView | null): SeamView | null =>
  view?.seams.find((one) => one.stands) ?? view?.seams.find((one) => one.is_splice) ?? view?.seams[0] ?? null;

/** The take that a splice was made from, as it measured by itself. */
export const madeFrom = (view: SeamsView | null, seam: SeamView | null): SeamView | null =>
  seam?.made_from == null ? null : (view?.seams.find((one) => one.number === seam.made_from) ?? null);

export const rows = (before: SeamEndView | null, after: SeamEndView): Row[] =>
  after.readings.map((reading) => ({
    label: reading.label,
    before: before?.readings.find((one) => one.kind === reading.kind)?.z ?? "",
    after: reading.z,
    limit: reading.limit,
    told: reading.told,
  }));

/** The two frames that meet at an end, in the order in which they are seen. */
export function meeting(seam: SeamView, end: SeamEndView): string[] {
  const own = `/media/${seam.content}/frames/${String(end.frame)}.jpg`;
  if (end.plate === null) return [own];
  const plate = `/media/${end.plate}/frames/${String(end.plate_frame)}.jpg`;
  return end.end === "in" ? [plate, own] : [own, plate];
}

/** What is to be known of a take beside its figures, a sentence each. */
export const remarks = (seam: SeamView): string[] => [
  ...(seam.stale ? [seam.why] : []),
  ...(seam.held > 0 ? [`${String(seam.held)} of its frames stand${seam.held === 1 ? "s" : ""} still.`] : []),
  ...(seam.mute ? ["It has no sound, and what stands beside it has; none was compared."] : []),
];

export class Seams {
  readonly loading = new Loading<SeamsView>();
  refusal = $state.raw<Problem | null>(null);
  /** Key of the job that was ordered here and is not done. */
  job = $state<string | null>(null);
  said = $state("");
  #slot = "";
  #production = "";

  view = $derived(this.loading.value);
  after = $derived(chosen(this.view));
  before = $derived(madeFrom(this.view, this.after));
  ordered = $derived(this.job !== null);

  async open(production: string, slot: string): Promise<void> {
    if (slot !== this.#slot || production !== this.#production) {
      this.loading.value = null;
      this.refusal = this.job = null;
      this.said = "";
      this.#slot = slot;
      this.#production = production;
    }
    await this.loading.ask(() => calls.getSeams(production, slot));
  }

  measure(cut: CutView, slot: CutSlotView): Promise<void> {
    return this.#order(() => calls.measureSeams(cut.production.code, slot.id), "Exactly these frames were measured before.");
  }

  splice(cut: CutView, slot: CutSlotView): Promise<void> {
    const offer = slot.offers.find((one) => one.content === slot.take);
    if (!offer) return Promise.resolve();
    return this.#order(
      () => calls.spliceTake(cut.production.code, slot.id, offer.take, slot.source_in, cut.hash),
      "Exactly this was made before: the same recipe gives the same bytes, and no new take.",
    );
  }

  /** What the studio tells of jobs, this one among them. */
  follow(jobs: readonly JobView[]): void {
    const job = jobs.find((one) => one.key === this.job);
    if (!job || isOpen(job)) return;
    this.job = null;
    if (job.state === "done") void this.open(this.#production, this.#slot);
    else this.said = job.error ?? "It was cancelled.";
  }

  async #order(call: () => Promise<JobView>, before: string): Promise<void> {
    if (this.ordered) return;
    this.job = "";
    this.refusal = null;
    this.said = "";
    try {
      const job = await call();
      this.job = isOpen(job) ? job.key : null;
      this.follow(live.jobs); // it may be done by now, and have been told of while nobody waited for it
      if (!isOpen(job)) this.said = job.state === "done" ? before : (job.error ?? "It was cancelled.");
    } catch (error) {
      this.refusal = asProblem(error);
      this.job = null;
    }
  }
}
