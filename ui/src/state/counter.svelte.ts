/** How frames are numbered for people: the label of a frame is the production's first number plus the frame. */

import type { Rate } from "../player/clock";
import { canDrop, frameOfTimecode, placeTyped, timecode } from "../player/timecode";

export const COUNTS = ["frames", "timecode", "drop"] as const;
export type Count = (typeof COUNTS)[number];

const KEPT = "circletake.counter";

// Numbers that a sentence of a check gives to frames; they count from 0, as evidence does.
const FRAMES_SAID = /\b([Ff]rames?) (\d+)(?:(–| to )(\d+))?(?! frames?\b)/g;

export class Counter {
  /** Number of the first frame: 0, or what the production's policy says. */
  start = $state(0);
  count = $state<Count>("frames");
  /** The count that the timecode of the first frame says, and whether it is drop-frame. */
  #first = $state.raw({ frame: 0, isDrop: false });

  /** Reads what this browser shows, once there is one. */
  read(): void {
    const kept = localStorage.getItem(KEPT);
    this.count = COUNTS.find((one) => one === kept) ?? "frames";
  }

  /** Timecode begins where the take's own does; at 0 where it has none. */
  begin(timecode: string | null, rate: Rate): void {
    this.#first = { frame: timecode === null ? 0 : (frameOfTimecode(timecode, rate) ?? 0), isDrop: timecode?.includes(";") ?? false };
  }

  /** The next way of counting that there is at a rate; of a take whose own is drop-frame, timecode is. */
  turn(rate: Rate): void {
    const possible = COUNTS.filter((one) => one !== "drop" || (canDrop(rate) && !this.#first.isDrop));
    this.count = possible[(possible.indexOf(this.count) + 1) % possible.length] ?? "frames";
    localStorage.setItem(KEPT, this.count);
  }

  label(frame: number): number {
    return this.start + frame;
  }

  /** The frame of a label; one before the first is the first. */
  frame(label: number): number {
    return Math.max(0, label - this.start);
  }

  timecode(frame: number, rate: Rate): string {
    return timecode(this.#first.frame + frame, rate, this.count === "drop" || this.#first.isDrop);
  }

  /** “frame 31” or “frames 31–40”, numbered for people. */
  span(start: number, end: number): string {
    const [first, last] = [this.label(start), this.label(end - 1)];
    return first === last ? `frame ${String(first)}` : `frames ${String(first)}–${String(last)}`;
  }

  /** A check's sentence with the numbers that people see. */
  sentence(text: string): string {
    if (this.start === 0) return text;
    return text.replace(FRAMES_SAID, (_, word: string, from: string, dash: string | undefined, to: string | undefined) =>
      `${word} ${String(this.label(Number(from)))}${to === undefined ? "" : `${dash ?? "–"}${String(this.label(Number(to)))}`}`,
    );
  }

  /** The frame somebody typed, or in a sentence why there is none. */
  typed(text: string, here: number, nFrames: number, rate: Rate): number | string {
    const frame = placeTyped(text, here, this.start, rate, this.#first.frame);
    if (frame === null) return "Type a frame number, +12 or −12, or a timecode.";
    if (frame >= 0 && frame < nFrames) return frame;
    return `There is no such frame; the take has ${String(this.start)} to ${String(this.label(nFrames - 1))}.`;
  }
}

export const counter = new Counter();
