/** A shot with its history: what is shown of it, and each line in words. */

import * as calls from "../api/calls";
import type { ShotLineView, ShotView } from "../api/types";
import { takeLook, valueLook, type Look } from "../parts/looks";
import { Loading } from "./loading.svelte";
import { deskPath } from "./route.svelte";

const GREY = "#9a9a9a";
const LOOKS: Readonly<Record<string, Look>> = {
  take: { ...takeLook("review"), shape: "hollow", colour: GREY, label: "take arrived" },
  withdrawn: { shape: "arrow", colour: GREY, label: "withdrawn" },
  carried: { shape: "dot", colour: "#35c46a", label: "carried" },
  recalled: { shape: "cross", colour: "#ff5c5c", label: "delivery recalled" },
  override: { shape: "slash", colour: "#f2a900", label: "overridden" },
  note: { shape: "note", colour: GREY, label: "note" },
  answer: { shape: "note", colour: GREY, label: "answer" },
  settled: { shape: "hollow", colour: GREY, label: "note settled" },
  hold: { shape: "bar", colour: "#b07d4f", label: "on hold" },
  resumed: { shape: "half", colour: "#4da3ff", label: "taken up again" },
  omitted: { shape: "slash", colour: GREY, label: "omitted" },
  restored: { shape: "hollow", colour: GREY, label: "wanted again" },
  adopted: { shape: "ring", colour: "#35c46a", label: "adopted" },
  emptied: { shape: "gap", colour: GREY, label: "no longer adopted" },
  cut_in: { shape: "dot", colour: "#d6d6d6", label: "put into the cut" },
  cut_out: { shape: "gap", colour: GREY, label: "taken out of the cut" },
  sealed: { shape: "ring", colour: "#35c46a", label: "sealed" },
  delivered: { shape: "ring", colour: "#35c46a", label: "delivered" },
};

export const lineLook = (line: ShotLineView): Look =>
  line.kind === "verdict" ? valueLook(line.value ?? 0) : (LOOKS[line.kind] ?? { shape: "unknown", colour: GREY, label: line.kind });

/** What happened, in a few words, without who and when. */
export function lineWords(line: ShotLineView): string {
  const at = line.gate_label ? ` at ${line.gate_label}` : "";
  const label = lineLook(line).label;
  if (line.kind === "withdrawn") return `took back ${valueLook(line.value ?? 0).label}${at}`;
  if (line.kind === "carried") return `carried: ${valueLook(line.value ?? 0).label}${at}`;
  if (line.kind === "take") return `${label} (${line.said})`;
  return label + at;
}

const SAID: Readonly<Record<string, string>> = {
  fix: "to be fixed",
  waive: "waived: the intent",
  best_possible: "the best possible",
  not_a_fault: "not a fault",
  kill: "killed",
};

/** What stands below it: a disposition, rules that did not hold, a folder. */
export function lineMore(line: ShotLineView): string {
  if (line.kind === "override") return `${line.said} did not hold`;
  if (line.kind === "carried") return `its frames and sound are those that were judged in ${line.said}`;
  if (line.kind === "recalled") return `a veto speaks against what was sealed in ${line.said}`;
  if (line.kind === "settled" || line.kind === "verdict") return SAID[line.said] ?? line.said;
  return line.kind === "take" || line.said === "issue" ? "" : line.said;
}

/** What became of it; empty for what counts. */
export const endedWords = (line: ShotLineView): string =>
  line.ended === "" ? "" : `${line.ended === "withdrawn" ? "withdrawn" : "a newer one counts"}, entry ${String(line.ended_by ?? "")}`;

/** The desk at the take a line is about; null where it is about none. */
export const lineAt = (line: ShotLineView): string | null =>
  line.task === "" ? null : deskPath(line.task) + (line.take === null ? "" : `#take=${String(line.take)}`);

export class Shot {
  readonly loading = new Loading<ShotView>();
  /** Key of the stage whose lines are shown; empty for all. */
  stage = $state("");
  readonly view = $derived(this.loading.value);
  /** Lines of the stage asked for, with those that concern the shot as a whole. */
  readonly lines = $derived(
    (this.view?.lines ?? []).filter((line) => this.stage === "" || line.stage === "" || line.stage === this.stage),
  );

  open(production: string, code: string): Promise<unknown> {
    return this.loading.ask(() => calls.getShot(production, code));
  }

  /** Shows a stage's lines alone, or all again. */
  only(stage: string): void {
    this.stage = this.stage === stage ? "" : stage;
  }
}
