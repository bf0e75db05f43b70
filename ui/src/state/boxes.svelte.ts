/** Boxes on the take that is looked at: where people say that a character is, and the one being drawn. */

import * as calls from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { BoxView } from "../api/types";
import { nudged, type Region } from "../player/region";
import { counter } from "./counter.svelte";
import { newKey } from "./idempotency";

const STEP = 200;
const FIRST: Region = [3500, 2500, 3000, 5000];
const WAYS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

export interface Place {
  task: string;
  content: string;
}

/** Where a box is, in words: one that stands, or that the character is not there. */
export const boxWords = (box: BoxView): string => `frame ${String(counter.label(box.frame))}: ${box.where ? "here" : "not in it"}`;

export class Boxes {
  all = $state.raw<BoxView[]>([]);
  /** Whose box is being drawn; null while none is. */
  placing = $state<string | null>(null);
  region = $state.raw<Region | null>(null);
  sending = $state(false);
  refusal = $state.raw<Problem | null>(null);
  #place: Place | null = null;

  standing = $derived(this.all.filter((box) => box.withdrawn_by === null));

  /** What people said of the frame shown. */
  on(frame: number): BoxView[] {
    return this.standing.filter((box) => box.frame === frame);
  }

  async read(place: Place | null): Promise<void> {
    const isOther = place?.content !== this.#place?.content;
    this.#place = place;
    if (isOther) {
      this.all = [];
      this.cancel();
    }
    if (!place) return;
    const found = await calls.getBoxes(place.task, place.content).catch(() => null);
    if (found && this.#place === place) this.all = found;
  }

  /** Begins to draw the box of a character; of the same one again: lets go. */
  place(character: string): void {
    const again = this.placing === character;
    this.cancel();
    this.placing = again ? null : character;
  }

  cancel(): void {
    this.placing = null;
    this.region = null;
    this.refusal = null;
  }

  /** A key while a box is drawn; true where it meant the box. */
  press(event: Pick<KeyboardEvent, "key" | "shiftKey">, frame: number): boolean {
    if (this.placing === null) return false;
    const way = WAYS[event.key];
    if (way) this.region = this.region ? nudged(this.region, way[0], way[1], event.shiftKey ? "size" : "move") : FIRST;
    else if (event.key === "Escape") this.cancel();
    else if (event.key === "Enter" && this.region) void this.record(frame);
    else return false;
    return true;
  }

  /** Sends the box that is drawn, or that the character is not in this frame. */
  async record(frame: number, gone = false): Promise<void> {
    const { placing, region } = this;
    if (placing === null || this.#place === null || this.sending || (!region && !gone)) return;
    const where = gone || !region ? null : [...region];
    await this.#send(calls.drawBox({ ...this.#place, character: placing, frame, where, key: newKey() }));
  }

  async withdraw(box: string): Promise<void> {
    if (!this.sending) await this.#send(calls.withdrawBox(box, newKey()));
  }

  async #send(answer: Promise<BoxView[]>): Promise<void> {
    const place = this.#place;
    this.sending = true;
    try {
      const all = await answer;
      if (this.#place === place) this.all = all;
      this.cancel();
    } catch (error) {
      this.refusal = asProblem(error);
    } finally {
      this.sending = false;
    }
  }
}
