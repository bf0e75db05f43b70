/** Versions of the film for a purpose: one is picked, made of the cut as it stands, and taken away. */

import * as calls from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { OutputsView } from "../api/types";
import { Loading } from "./loading.svelte";

export class Outputs {
  readonly loading = new Loading<OutputsView>();
  preset = $state("web");
  busy = $state(false);
  refusal = $state.raw<Problem | null>(null);

  view = $derived(this.loading.value);
  list = $derived(this.view?.outputs ?? []);
  picked = $derived(this.list.find((one) => one.preset === this.preset) ?? null);
  isMaking = $derived(this.view?.making.includes(this.preset) ?? false);

  async open(production: string): Promise<void> {
    await this.loading.ask(() => calls.getOutputs(production));
  }

  pick(preset: string): void {
    this.preset = preset;
    this.refusal = null;
  }

  async make(production: string): Promise<void> {
    if (this.busy || this.isMaking) return;
    this.busy = true;
    this.refusal = null;
    try {
      await calls.makeOutput(production, this.preset);
      await this.open(production);
    } catch (error) {
      this.refusal = asProblem(error);
    } finally {
      this.busy = false;
    }
  }
}
