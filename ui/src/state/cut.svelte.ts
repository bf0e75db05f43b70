/** The cut: slots in order, holes that show, and what stands between it and delivery. */

import * as calls from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { CutSlotView, CutView, DeliveryView, OfferView } from "../api/types";
import { Loading } from "./loading.svelte";
import { deskPath } from "./route.svelte";

export interface Lack {
  sentence: string;
  /** Where it can be put right, or null. */
  path: string | null;
}

/** Each sentence with the desk of the shot or master it speaks of. */
export function lacks(sentences: readonly string[], cut: CutView): Lack[] {
  return sentences.map((sentence) => {
    const words = new Set(sentence.split(/[^\p{L}\p{N}_-]+/u));
    const slot = cut.slots.find((one) => words.has(one.shot));
    if (slot?.task) return { sentence, path: deskPath(slot.task) };
    const ofMaster = /\bmaster\b/i.test(sentence) && cut.master_task !== null && cut.master !== null;
    return { sentence, path: ofMaster && cut.master_task ? deskPath(cut.master_task) : null };
  });
}

export const isShort = (offer: OfferView, slot: CutSlotView): boolean => offer.n_frames < slot.frames;

export class Cut {
  readonly loading = new Loading<CutView>();
  deliveries = $state.raw<DeliveryView[]>([]);
  slotId = $state<string | null>(null);
  refusal = $state.raw<Problem | null>(null);
  /** Where the refusal is shown: beside what was pressed. */
  refusedAt = $state<"slot" | "delivery">("slot");
  busy = $state(false);

  view = $derived(this.loading.value);
  slots = $derived(this.view?.slots ?? []);
  slot = $derived(this.slots.find((one) => one.id === this.slotId) ?? null);
  gaps = $derived(this.slots.filter((one) => one.state === "gap"));
  missing = $derived(this.view ? lacks(this.view.missing, this.view) : []);

  async open(production: string): Promise<void> {
    const [view, deliveries] = await Promise.all([
      this.loading.ask(() => calls.getCut(production)),
      calls.getDeliveries(production).catch(() => null),
    ]);
    if (deliveries) this.deliveries = [...deliveries].sort((a, b) => b.seq - a.seq);
    if (view && !this.slot) this.slotId = (this.gaps[0] ?? this.slots[0])?.id ?? null;
  }

  move(by: 1 | -1): void {
    const at = this.slots.findIndex((one) => one.id === this.slotId);
    this.slotId = this.slots[Math.min(this.slots.length - 1, Math.max(0, at + by))]?.id ?? null;
    this.refusal = null;
  }

  toGap(): void {
    const at = this.slots.findIndex((one) => one.id === this.slotId);
    const round = [...this.slots.slice(at + 1), ...this.slots.slice(0, at + 1)];
    this.slotId = round.find((one) => one.state === "gap")?.id ?? this.slotId;
  }

  select(id: string): void {
    this.slotId = id;
    this.refusal = null;
  }

  fill(offer: OfferView): Promise<void> {
    const { slot } = this;
    return this.#change((view) => (slot ? calls.fillSlot(view.production.code, slot.id, offer.take, view.hash) : null));
  }

  clear(): Promise<void> {
    const { slot } = this;
    if (!slot?.take) return Promise.resolve();
    return this.#change((view) => calls.clearSlot(view.production.code, slot.id, view.hash));
  }

  render(): Promise<void> {
    return this.#do("delivery", async (view) => {
      await calls.renderCut(view.production.code);
      await this.open(view.production.code);
    });
  }

  deliver(): Promise<void> {
    return this.#do("delivery", async (view) => {
      const delivery = await calls.deliver(view.production.code);
      this.deliveries = [delivery, ...this.deliveries.filter((one) => one.seq !== delivery.seq)];
      await this.open(view.production.code);
    });
  }

  #change(call: (view: CutView) => Promise<CutView> | null): Promise<void> {
    return this.#do("slot", async (view) => {
      const next = await call(view);
      if (next) this.loading.set(next);
    });
  }

  async #do(at: "slot" | "delivery", what: (view: CutView) => Promise<void>): Promise<void> {
    const { view } = this;
    if (!view || this.busy) return;
    this.busy = true;
    this.refusal = null;
    this.refusedAt = at;
    try {
      await what(view);
    } catch (error) {
      this.refusal = asProblem(error);
      if (this.refusal.status === 409) await this.loading.ask(() => calls.getCut(view.production.code));
    } finally {
      this.busy = false;
    }
  }
}
