/** The cut out to an editor and an editor's back in: forms, what each loses, what an import could not carry. */

import * as calls from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { CutView, TimelineFormView, TimelineView } from "../api/types";

export class Timelines {
  forms = $state.raw<TimelineFormView[]>([]);
  mayImport = $state(false);
  /** Name of the form that is looked at on the way out. */
  form = $state("");
  leaving = $state.raw<TimelineView | null>(null);
  /** Number of the cut that came in last, and what it left behind. */
  came = $state<number | null>(null);
  lost = $state.raw<string[]>([]);
  busy = $state(false);
  refusal = $state.raw<Problem | null>(null);
  #code = "";
  #turn = 0;

  written = $derived(this.forms.filter((one) => one.writes));
  endings = $derived([...this.forms.filter((one) => one.reads).map((one) => one.ending)].join(","));
  file = $derived(this.leaving && this.form ? calls.timelineFile(this.#code, this.form) : null);

  async open(production: string): Promise<void> {
    this.#code = production;
    this.form = "";
    this.leaving = this.came = this.refusal = null;
    this.lost = [];
    const ways = await calls.getTimelineForms(production).catch(() => null);
    if (!ways || this.#code !== production) return;
    this.forms = ways.forms;
    this.mayImport = ways.may_import;
  }

  /** Asks what a form would lose of the cut; a late answer for another form is dropped. */
  async choose(form: string): Promise<void> {
    const turn = ++this.#turn;
    this.form = form;
    this.leaving = this.refusal = null;
    if (!form) return;
    try {
      const leaving = await calls.getTimeline(this.#code, form);
      if (turn === this.#turn) this.leaving = leaving;
    } catch (error) {
      if (turn === this.#turn) this.refusal = asProblem(error);
    }
  }

  /** The cut that a file became, or null where it was refused; then nothing was changed. */
  async bring(file: File): Promise<CutView | null> {
    if (this.busy) return null;
    this.busy = true;
    this.refusal = this.came = null;
    this.lost = [];
    try {
      const { cut, lost } = await calls.importTimeline(this.#code, file);
      this.came = cut.number;
      this.lost = lost;
      return cut;
    } catch (error) {
      this.refusal = asProblem(error);
      return null;
    } finally {
      this.busy = false;
    }
  }
}
