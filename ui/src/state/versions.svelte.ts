/** Versions of the cut: one is picked, compared with another, and gone back to. */

import * as calls from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { CutDiffView, CutVersionsView, CutVersionView } from "../api/types";
import { Loading } from "./loading.svelte";

export type Against = "before" | "now";
const NEAREST = 64;

export class Versions {
  readonly loading = new Loading<CutVersionsView>();
  readonly comparing = new Loading<CutDiffView>();
  number = $state<number | null>(null);
  against = $state<Against>("before");
  /** Slot whose ribbon is picked out. */
  slot = $state<string | null>(null);
  zoom = $state(1);
  busy = $state(false);
  refusal = $state.raw<Problem | null>(null);
  #older = $state.raw<readonly CutVersionView[]>([]);
  #more = $state<boolean | null>(null);

  view = $derived(this.loading.value);
  list = $derived([...(this.view?.versions ?? []), ...this.#older]);
  more = $derived(this.#more ?? this.view?.more ?? false);
  picked = $derived(this.list.find((one) => one.number === this.number) ?? null);
  diff = $derived(this.comparing.value);
  changes = $derived(this.diff?.changes ?? []);

  async open(production: string): Promise<void> {
    const read = this.list;
    const view = await this.loading.ask(() => calls.getCutVersions(production));
    if (!view) return;
    // what was read before stays; versions that came in the meantime stand over it
    const there = new Set(view.versions.map((one) => one.number));
    this.#older = read.filter((one) => !there.has(one.number)).map((one) => ({ ...one, is_now: false }));
    this.number ??= view.versions[0]?.number ?? null;
    await this.compare(production);
  }

  async readOn(production: string): Promise<void> {
    const last = this.list.at(-1);
    if (!last || this.busy) return;
    this.busy = true;
    try {
      const page = await calls.getCutVersions(production, last.number);
      this.#older = [...this.#older, ...page.versions];
      this.#more = page.more;
    } catch (error) {
      this.refusal = asProblem(error);
    } finally {
      this.busy = false;
    }
  }

  async pick(production: string, number: number): Promise<void> {
    this.number = number;
    this.refusal = null;
    await this.compare(production);
  }

  move(production: string, by: 1 | -1): void {
    const at = this.list.findIndex((one) => one.number === this.number);
    const next = this.list[Math.min(this.list.length - 1, Math.max(0, at + by))];
    if (next && next.number !== this.number) void this.pick(production, next.number);
  }

  async flip(production: string): Promise<void> {
    this.against = this.against === "before" ? "now" : "before";
    await this.compare(production);
  }

  async compare(production: string): Promise<void> {
    const { number } = this;
    const now = this.list[0]?.number;
    if (number === null || now === undefined) return;
    const [old, to] = this.against === "now" ? [number, now] : [Math.max(1, number - 1), number];
    await this.comparing.ask(() => calls.getCutDiff(production, old, to));
    if (!this.changes.some((one) => one.slot === this.slot)) this.slot = null;
  }

  /** Goes from change to change, round and round. */
  step(by: 1 | -1): void {
    const slots = [...new Set(this.changes.map((one) => one.slot).filter(Boolean))];
    const at = slots.indexOf(this.slot ?? "");
    this.slot = slots[at < 0 ? (by > 0 ? 0 : slots.length - 1) : (at + by + slots.length) % slots.length] ?? null;
  }

  nearer(by: 1 | -1): void {
    this.zoom = Math.min(NEAREST, Math.max(1, by > 0 ? this.zoom * 2 : this.zoom / 2));
  }

  async back(production: string): Promise<void> {
    const { view, picked } = this;
    if (!view || !picked || this.busy) return;
    this.busy = true;
    this.refusal = null;
    try {
      const cut = await calls.stepBack(production, picked.number, view.hash);
      this.number = cut.number;
      this.against = "before";
    } catch (error) {
      this.refusal = asProblem(error);
    } finally {
      this.busy = false;
    }
    await this.open(production);
  }
}
