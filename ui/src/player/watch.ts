/** What of a take was really in front of somebody: frames that were shown, and for how long. */

import type { Span } from "./clock";

/** A browser may leave frames out while it plays; more than this in a row were not played but jumped over. */
const DROPPED = 4;

export class Watch {
  #seen = new Set<number>();
  #last: number | null = null;
  #since: number | null = null;
  #before_ms = 0;
  #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** A frame stands on the screen; `playing` says that it came there by playing on from the last one. */
  shown(frame: number, playing: boolean): void {
    const gap = this.#last === null ? 0 : frame - this.#last;
    if (playing && gap > 1 && gap <= DROPPED) for (let one = frame - gap + 1; one < frame; one += 1) this.#seen.add(one);
    this.#seen.add(frame);
    this.#last = frame;
  }

  /** It comes in front of them. */
  begin(): void {
    this.#since ??= this.#now();
    this.#last = null;
  }

  /** It goes away: another take, another page, another window. */
  rest(): void {
    if (this.#since !== null) this.#before_ms += this.#now() - this.#since;
    this.#since = null;
  }

  get dwell_ms(): number {
    return Math.round(this.#before_ms + (this.#since === null ? 0 : this.#now() - this.#since));
  }

  /** The frames shown, as few spans. */
  get spans(): Span[] {
    const spans: Span[] = [];
    for (const frame of [...this.#seen].sort((a, b) => a - b)) {
      const last = spans.at(-1);
      if (last?.end === frame) last.end = frame + 1;
      else spans.push({ start: frame, end: frame + 1 });
    }
    return spans;
  }
}
