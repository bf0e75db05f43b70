/** A verdict being made: every key lands here, nothing is sent before Enter. */

import type { EvidenceView, GateView, ReasonFamilyView, ReasonView, TakeView, TaskView, VerdictBody } from "../api/types";
import type { Span } from "../player/clock";
import { newKey } from "./idempotency";

export type Value = -2 | -1 | 0 | 1 | 2;
export type Answer = "waive" | "best_possible" | "not_a_fault";

export interface Choice {
  value: Value;
  name: "circled" | "fine" | "seen" | "concern" | "veto";
  label: string;
  means: string;
}

export const CHOICES: readonly Choice[] = [
  { value: 2, name: "circled", label: "Circled", means: "this one: approved at this gate" },
  { value: 1, name: "fine", label: "Fine", means: "would do" },
  { value: 0, name: "seen", label: "Seen", means: "looked at" },
  { value: -1, name: "concern", label: "Concern", means: "another take, please" },
  { value: -2, name: "veto", label: "Veto", means: "must not be used" },
];

export const ANSWERS: readonly { answer: Answer; action: "waive" | "best-possible" | "not-a-fault"; label: string }[] = [
  { answer: "waive", action: "waive", label: "Waived: the intent" },
  { answer: "best_possible", action: "best-possible", label: "Best possible" },
  { answer: "not_a_fault", action: "not-a-fault", label: "Not a fault" },
];

/** A gate that was overridden passes too, and says so. */
export const passes = (gate: GateView): boolean => gate.result === "satisfied" || gate.result === "overridden";

export const mayVote = (gate: GateView): boolean => gate.low !== null && gate.high !== null;

/** The gate a person is here for: the first they may vote at that does not pass, else the last they may. */
export function gateFor(gates: readonly GateView[]): GateView | null {
  const mine = gates.filter(mayVote);
  return mine.find((gate) => !passes(gate)) ?? mine.at(-1) ?? null;
}

export class Ballot {
  take = $state.raw<TakeView | null>(null);
  chosenGate = $state<string | null>(null);
  value = $state<Value | null>(null);
  reasons = $state.raw<string[]>([]);
  family = $state.raw<ReasonFamilyView | null>(null);
  answer = $state<Answer | null>(null);
  note = $state("");
  #key = newKey();
  #families: () => readonly ReasonFamilyView[];

  constructor(families: () => readonly ReasonFamilyView[]) {
    this.#families = families;
  }

  gate = $derived.by((): GateView | null => {
    const gates = this.take?.gates ?? [];
    return gates.find((gate) => gate.key === this.chosenGate && mayVote(gate)) ?? gateFor(gates);
  });

  /** Flagged evidence that a passing verdict has to answer. */
  flagged = $derived<EvidenceView[]>((this.take?.evidence ?? []).filter((one) => one.flagged));

  answersFlags = $derived((this.value ?? 0) >= 1 && this.flagged.length > 0);

  /** What stands between this draft and the book; empty when Enter records it. */
  obstacle = $derived.by((): string => {
    const { gate, value } = this;
    if (!this.take) return "There is no take to judge.";
    if (!gate) return "You have no vote at any gate of this stage.";
    if (value === null) return "";
    const barred = this.barred(value);
    if (barred) return barred;
    if (gate.reason_needed.includes(value) && this.reasons.length === 0) {
      return `${nameOf(value)} needs a reason: a digit, then a letter.`;
    }
    if (this.answersFlags && this.answer === null) return "Say what the flags are: waived, best possible, or not a fault.";
    return "";
  });

  ready = $derived(this.value !== null && this.obstacle === "");
  touched = $derived(this.value !== null || this.reasons.length > 0 || this.note !== "" || this.family !== null);

  /** Starts a clean draft when another take is looked at; a refetch of the same take keeps it. */
  lookAt(take: TakeView | null): void {
    if (take?.content !== this.take?.content || take?.id !== this.take?.id) this.clear();
    this.take = take;
  }

  clear(): void {
    this.value = null;
    this.reasons = [];
    this.family = null;
    this.answer = null;
    this.note = "";
    this.#key = newKey();
  }

  /** Why a value cannot be given at this gate, or nothing. */
  barred(value: Value): string {
    const { gate } = this;
    if (!gate || gate.low === null || gate.high === null) return "You have no vote here.";
    if (value === 2 && gate.blocked) return gate.blocked;
    if (value < gate.low || value > gate.high) {
      return `At ${gate.label} your voice goes from ${nameOf(gate.low)} to ${nameOf(gate.high)}.`;
    }
    return "";
  }

  choose(value: Value): void {
    this.value = this.value === value ? null : value;
    if (!this.answersFlags) this.answer = null;
  }

  nextGate(): void {
    const mine = (this.take?.gates ?? []).filter(mayVote);
    const at = mine.findIndex((gate) => gate.key === this.gate?.key);
    this.chosenGate = mine[(at + 1) % mine.length]?.key ?? null;
  }

  openFamily(digit: number): boolean {
    this.family = this.#families().find((family) => family.digit === digit) ?? null;
    return this.family !== null;
  }

  /** The second key of a reason; true when it was one. */
  letter(letter: string): boolean {
    const reason = this.family?.reasons.find((one) => one.key === `${String(this.family?.digit)}${letter.toLowerCase()}`);
    if (!reason) return false;
    this.toggle(reason);
    this.family = null;
    return true;
  }

  toggle(reason: ReasonView): void {
    this.reasons = this.reasons.includes(reason.code)
      ? this.reasons.filter((code) => code !== reason.code)
      : [...this.reasons, reason.code];
  }

  /** `seen` is what of the take was in front of them, as the player counted. */
  body(task: TaskView, range: Span | null, seen: { spans: Span[]; dwell_ms: number } | null = null): VerdictBody | null {
    if (!this.ready || !this.take || !this.gate || this.value === null) return null;
    return {
      task: task.id,
      content: this.take.content,
      gate: this.gate.key,
      value: this.value,
      reasons: [...this.reasons],
      disposition: this.answer ?? "fix",
      note: this.note.trim() || null,
      ranges: range ? [{ start: range.start, end: range.end }] : [],
      answers: this.answersFlags ? this.flagged.map((one) => one.id) : [],
      gate_hash: this.gate.hash,
      upstream: task.upstream,
      key: this.#key,
      regions: [],
      watched: seen?.spans ?? [],
      dwell_ms: seen?.dwell_ms ?? 0,
    };
  }
}

const nameOf = (value: number): string => CHOICES.find((one) => one.value === value)?.label ?? String(value);
