/** Takes of a task in order: which is looked at first, which next, which look the same. */

import type { TakeView } from "../api/types";
import { passes } from "./ballot.svelte";

/** The check that follows characters through a take. */
export const FOLLOWING = "consistency";

/** Whom a take's evidence followed, as its summary names them. */
export function followedIn(take: TakeView | null): string[] {
  const named = take?.evidence.find((one) => one.check === FOLLOWING)?.summary["characters"];
  return typeof named === "string" && named !== "none" ? named.split(", ") : [];
}

/** As the strip shows them: the newest on top. */
export const inStrip = (takes: readonly TakeView[]): TakeView[] => [...takes].sort((a, b) => b.number - a.number);

/**
 * The take to look at first: the circled one, else of those that wait the one that came farthest
 * through the gates, the newest first, else the newest of all.
 */
export function firstTake(takes: readonly TakeView[]): TakeView | null {
  const passed = (take: TakeView): number => take.gates.filter(passes).length;
  const newest = inStrip(takes);
  const waiting = newest.filter((take) => take.state === "review").sort((a, b) => passed(b) - passed(a));
  return newest.find((take) => take.state === "circled") ?? waiting[0] ?? newest[0] ?? null;
}

/** Stacks of more than one take, lettered in the order of the strip. */
export function stackLetters(takes: readonly TakeView[]): Map<number, string> {
  const stacks = [...new Set(takes.map((take) => take.stack))].filter(
    (stack) => takes.filter((take) => take.stack === stack).length > 1,
  );
  return new Map(stacks.map((stack, nth) => [stack, String.fromCodePoint(65 + (nth % 26))]));
}

/** Takes without a verdict of this person at a gate, in the order in which they come after one. */
export function comingTakes(takes: readonly TakeView[], after: TakeView, person: string, gate: string): TakeView[] {
  const at = takes.findIndex((take) => take.id === after.id);
  const round = [...takes.slice(at + 1), ...takes.slice(0, Math.max(0, at))];
  const judged = (take: TakeView): boolean =>
    take.verdicts.some((one) => one.live && one.person.id === person && one.gate === gate);
  return round.filter((take) => take.state !== "vetoed" && !judged(take));
}

/** Where to go after a verdict: the keeper is found, or the next take without one of this person's. */
export const nextTake = (takes: readonly TakeView[], after: TakeView, person: string, gate: string, value: number): TakeView | null =>
  value === 2 ? null : (comingTakes(takes, after, person, gate)[0] ?? null);
