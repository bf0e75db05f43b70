/** What the studio has learnt of one character, in words. */

import * as calls from "../api/calls";
import type { CharacterDriftView, CharacterHeadView, CharacterView, SheetPictureView } from "../api/types";
import { Loading } from "./loading.svelte";

const STATES: Readonly<Record<string, string>> = {
  none: "Nothing can be judged",
  uncalibrated: "Judged by each take’s own best frames",
  pooled: "Judged by circled shots of the other characters too",
  own: "Judged by circled shots of its own",
};

export const stateWords = (view: CharacterView): string => STATES[view.state] ?? view.state;

const percent = (share: number): string => `${(share * 100).toFixed(1).replace(/\.0$/, "")} %`;

/** How far the false-alarm rate can be trusted; what is missing where nothing can be said. */
export function measureWords(view: CharacterView): string {
  const [low = 0, high = 1] = view.interval;
  if (view.shots === 0) return "Too few circled shots to say how often it is wrong.";
  const lent = view.lent > 0 ? `, ${String(view.lent)} of them lent` : "";
  return `Set on ${String(view.shots)} circled shots${lent}. Asked for: ${percent(Number(view.alpha))} false alarms. The true rate lies between ${percent(low)} and ${percent(high)}.`;
}

/** Share of the circled shots that it takes, 0 to 1. */
export const learnt = (view: CharacterView): number => (view.needed === 0 ? 1 : Math.min(view.approved.length / view.needed, 1));

/** What is the matter with a picture of the sheet; empty where nothing is. */
export function pictureWords(picture: SheetPictureView): string {
  if (!picture.is_usable) return "not usable";
  const said = [];
  if (picture.is_alone) said.push("alone");
  if (picture.is_unseen) said.push("not seen in a circled take");
  return said.join(" · ");
}

/** How the scores are weighed, and by what. */
export function headWords(head: CharacterHeadView): string {
  if (head.hash !== null) return `Weighed by ${String(head.answers)} answers, ${String(head.drift)} of them drift.`;
  if (head.answers < head.needed) return `${String(head.answers)} of ${String(head.needed)} answers that it takes: until then every score counts alike.`;
  return `${String(head.answers)} answers, ${String(head.drift)} of them drift: they tell no score from another yet.`;
}

/** Height of a sum in a chart whose top is the alarm or what lies above it, 0 to 1; each doubling is as high as the last. */
export function heightOf(sum: number, drift: CharacterDriftView): number {
  const most = Math.max(drift.limit, ...drift.shots.map((one) => one.sum));
  return Math.max(Math.log2(Math.max(sum, 1)) / Math.log2(Math.max(most, 2)), 0);
}

/** Whether a shot lies in the drift that was alarmed last. */
export function isDrifting(index: number, drift: CharacterDriftView): boolean {
  const at = (code: string | null): number => drift.shots.findIndex((one) => one.code === code);
  if (drift.since === null) return false;
  const end = drift.until === null ? drift.shots.length : at(drift.until);
  return index >= at(drift.since) && index < end;
}

export class Character {
  readonly loading = new Loading<CharacterView>();

  open(production: string, character: string): Promise<unknown> {
    return this.loading.ask(() => calls.getCharacter(production, character));
  }
}
