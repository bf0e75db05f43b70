/** What of a take was in front of somebody: the frames they saw, and for how long. */

import type { Span } from "./clock";

/** A picture skipped while playing was played all the same; a longer leap is a jump. */
const LEAP = 12;

export class Watched {
  readonly #frames = new Set<number>();
  readonly #now: () => number;
  #last: number | null = null;
  #since: number | null = null;
  #ms = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Begins anew, for another take. */
  clear(): void {
    this.#frames.clear();
    this.#last = null;
    this.#ms = 0;
    if (this.#since !== null) this.#since = this.#now();
  }

  /** A frame stands on the screen. */
  saw(frame: number, playing: boolean): void {
    const from = this.#last;
    if (playing && from !== null && frame > from && frame - from <= LEAP) {
      for (let between = from + 1; between < frame; between += 1) this.#frames.add(between);
    }
    this.#frames.add(frame);
    this.#last = frame;
  }

  /** The page came into view, or left it: time out of view does not count. */
  inView(isInView: boolean): void {
    if (isInView && this.#since === null) this.#since = this.#now();
    if (!isInView && this.#since !== null) {
      this.#ms += this.#now() - this.#since;
      this.#since = null;
    }
  }

  get dwell_ms(): number {
    return Math.round(this.#ms + (this.#since === null ? 0 : this.#now() - this.#since));
  }

  /** The frames seen, as half-open spans in order. */
  spans(): Span[] {
    const spans: Span[] = [];
    for (const frame of [...this.#frames].sort((a, b) => a - b)) {
      const open = spans.at(-1);
      if (open?.end === frame) open.end = frame + 1;
      else spans.push({ start: frame, end: frame + 1 });
    }
    return spans;
  }
}
