/** Takes against each other: which, and how. All of them follow one clock, frame by frame. */

import type { TakeView } from "../api/types";
import { rateWords } from "../parts/words";

export const WAYS = ["flip", "wipe", "difference", "side"] as const;
export type Way = (typeof WAYS)[number];

/** A to D: more at once are too small to judge. */
export const MOST_BESIDE = 3;

/** Why frames of one take are not frames of another, in a sentence; empty where they are. */
export function refusal(one: TakeView, other: TakeView): string {
  const [a, b] = [one.rate, other.rate];
  if (!other.media.frames) return `The frames of take ${String(other.number)} are still being made.`;
  if (!a !== !b || (a && b && a[0]! * b[1]! !== b[0]! * a[1]!)) {
    const words = (take: TakeView): string => (take.rate ? `runs at ${rateWords(take.rate)} frames a second` : "is a still");
    return `Take ${String(one.number)} ${words(one)} and take ${String(other.number)} ${words(other)}: a frame of one is no frame of the other.`;
  }
  return "";
}

/** The take to compare with first: the newest of those before it, else the oldest after it. */
export function takeBefore(takes: readonly TakeView[], of: TakeView): TakeView | null {
  const byNumber = [...takes].sort((a, b) => a.number - b.number);
  return byNumber.findLast((take) => take.number < of.number) ?? byNumber.find((take) => take.number > of.number) ?? null;
}

export class Compare {
  way = $state<Way | null>(null);
  /** B, and beside it C and D. */
  others = $state.raw<TakeView[]>([]);
  /** B stands in front while flipping. */
  flipped = $state(false);
  /** Where A ends and B begins, 0–1. */
  edge = $state(0.5);
  refused = $state("");
  /** A picture of a model sheet over the frame: its address, how dense, where and how large. */
  skin = $state<string | null>(null);
  density = $state(0.5);
  skinAt = $state.raw({ x: 0, y: 0, scale: 1 });

  b = $derived(this.others[0] ?? null);
  /** B stands before A, which nobody sees now: it is not being watched, and nothing of it is drawn. */
  hidesA = $derived(this.way === "flip" && this.flipped);
  /** Letter of each compared take, by its id. */
  letters = $derived(new Map(this.others.map((take, nth) => [take.id, "BCD"[nth] ?? ""])));

  /** Compares this way, with the take before if none is chosen; the same way again: not any more. */
  turn(way: Way, a: TakeView | null, takes: readonly TakeView[]): void {
    this.refused = "";
    if (!a) return;
    if (this.way === way && way !== "flip") {
      this.stop();
      return;
    }
    if (!this.b) {
      const before = takeBefore(takes, a);
      if (!before) {
        this.refused = "There is one take alone; nothing to compare it with yet.";
        return;
      }
      if (!this.#take(a, before)) return;
    }
    this.flipped = this.way === "flip" ? !this.flipped : way === "flip";
    this.way = way;
  }

  /** Adds a take, or takes it out again. */
  pick(a: TakeView | null, take: TakeView): void {
    this.refused = "";
    if (!a || take.id === a.id) return;
    if (this.others.some((one) => one.id === take.id)) {
      this.others = this.others.filter((one) => one.id !== take.id);
      if (this.others.length === 0) this.stop();
      return;
    }
    if (this.others.length >= MOST_BESIDE) {
      this.refused = `Four takes at once is the most; take one out first.`;
      return;
    }
    if (!this.#take(a, take)) return;
    if (this.others.length > 1 || this.way === null) this.way = "side";
  }

  stop(): void {
    this.way = null;
    this.others = [];
    this.flipped = false;
  }

  /** Another take is looked at, or the takes were read anew. */
  look(a: TakeView | null, takes: readonly TakeView[]): void {
    this.refused = "";
    const still = this.others.flatMap((one) => takes.find((take) => take.id === one.id) ?? []).filter((take) => take.id !== a?.id);
    if (a && still.every((take) => refusal(a, take) === "") && still.length > 0) {
      if (still.length !== this.others.length || still.some((take, nth) => take !== this.others[nth])) this.others = still;
    } else if (this.way !== null) this.stop();
  }

  /** Lays a picture of a model sheet over the frame; the same again takes it off. */
  lay(image: string | undefined): void {
    this.skin = image === undefined || this.skin === image ? null : image;
    this.skinAt = { x: 0, y: 0, scale: 1 };
  }

  #take(a: TakeView, other: TakeView): boolean {
    this.refused = refusal(a, other);
    if (this.refused) return false;
    this.others = [...this.others, other];
    return true;
  }
}
