/** A verdict that the book has taken from this person, as it is told and taken back. */

import type { GateView, TakeView, TaskView } from "../api/types";
import { CHOICES } from "./ballot.svelte";

export interface Recorded {
  seq: number;
  task: string;
  words: string;
}

/** This person's newest verdict on a take at a gate, of a task as it is since; null where there is none. */
export function recordedOf(after: TaskView, take: TakeView, gate: GateView, value: number, person: string | undefined): Recorded | null {
  const verdicts = after.takes.find((one) => one.id === take.id)?.verdicts ?? [];
  const mine = verdicts.filter((one) => one.live && one.person.id === person && one.gate === gate.key);
  const newest = mine.sort((a, b) => b.seq - a.seq)[0];
  const word = (CHOICES.find((one) => one.value === value)?.label ?? "").toLowerCase();
  return newest ? { seq: newest.seq, task: after.id, words: `${after.code} take ${String(take.number)}: ${word} at ${gate.label}` } : null;
}
