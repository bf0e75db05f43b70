/** Versions of the film for a purpose: one is picked, made of the cut as it stands, and taken away. */

import * as calls from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { JobView, OutputsView } from "../api/types";
import { isOpen } from "./live.svelte";
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

  /** How far the picked one is, in hundredths; null while nobody said. */
  percent(jobs: readonly JobView[]): number | null {
    const label = this.picked?.label;
    const job = jobs.find((one) => one.op === "output" && isOpen(one) && label !== undefined && one.label.endsWith(`, ${label}`));
    return job && job.total_frames > 0 ? Math.round((100 * job.done_frames) / job.total_frames) : null;
  }

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
