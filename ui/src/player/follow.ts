/** Going along with somebody else's playhead: whose clock counts, and where the playhead is by now. */

import type { Span } from "./clock";

/** A playhead as rooms pass it on; fields are named as they travel. */
export interface Playhead {
  task: string;
  take: string;
  frame: number;
  playing: boolean;
  speed: number;
  rate: [number, number];
  span: [number, number];
}

const MOST_SAMPLES = 5;

/** By how much the server's clock differs from this one, by the quickest of the last answers. */
export class ServerClock {
  #samples: { offset_ms: number; way_ms: number }[] = [];

  /** An answer: sent at `t0` and back at `t1` of this clock, answered at `ts` of the server's. */
  sample(t0: number, ts: number, t1: number): void {
    this.#samples = [...this.#samples, { offset_ms: ts - (t0 + t1) / 2, way_ms: t1 - t0 }].slice(-MOST_SAMPLES);
  }

  get known(): boolean {
    return this.#samples.length > 0;
  }

  /** Whether enough answers are in to pick the best of. */
  get settled(): boolean {
    return this.#samples.length === MOST_SAMPLES;
  }

  /** The server's time at a time of this clock; the same time while nothing is known. */
  at(local_ms: number): number {
    const best = this.#samples.reduce<{ offset_ms: number; way_ms: number } | null>(
      (least, one) => (least && least.way_ms <= one.way_ms ? least : one),
      null,
    );
    return local_ms + (best?.offset_ms ?? 0);
  }

  forget(): void {
    this.#samples = [];
  }
}

const lengthOf = ({ start, end }: Span): number => Math.max(1, end - start);

export const spanOf = (head: Playhead): Span => ({ start: head.span[0], end: head.span[1] });

/** Where a playhead is some time after it was said where it was: whole frames, round and round its loop. */
export function frameAfter(head: Playhead, gone_ms: number): number {
  if (!head.playing) return head.frame;
  const span = spanOf(head);
  const gone = Math.trunc((Math.max(0, gone_ms) / 1000) * (head.rate[0] / head.rate[1]) * head.speed);
  const from = head.frame - span.start + gone;
  return span.start + (((from % lengthOf(span)) + lengthOf(span)) % lengthOf(span));
}

/** How many frames `frame` is behind `wanted` in playing order, the shorter way round the loop. */
export function behind(frame: number, wanted: number, span: Span, speed: number): number {
  const length = lengthOf(span);
  const ahead = (((wanted - frame) % length) + length) % length;
  const short = ahead > length / 2 ? ahead - length : ahead;
  return speed < 0 ? -short : short;
}

// Nearer than this a player is brought by its speed, farther by starting anew.
const FAR = 3;
// A video that was sought takes that long to show frames again; it is looked at before that only in vain.
const SETTLE_MS = 700;
const LEARNT = 0.6;
// A frame off is made good within half a second; at a sixth faster pitch and movement still look like themselves.
const EASE = 0.08;
const MOST_EASE = 0.16;

/** Keeps a player that starts late beside a playhead that does not wait: it learns how late it starts. */
export class Chase {
  #late_ms = 0;
  #started_at = -Infinity;
  #judged = true;

  /** Where to start now so that the picture is right once it moves. */
  start(head: Playhead, gone_ms: number, now_ms: number): number {
    this.#started_at = now_ms;
    this.#judged = false;
    return frameAfter(head, gone_ms + this.#late_ms);
  }

  /** What brings a player nearer: by how much faster or slower to play, or to start anew. */
  judge(head: Playhead, gone_ms: number, shown: number, now_ms: number): number | "anew" {
    if (now_ms - this.#started_at < SETTLE_MS) return 1;
    const off = behind(shown, frameAfter(head, gone_ms), spanOf(head), head.speed);
    if (!this.#judged) {
      this.#judged = true;
      const frame_ms = (1000 * head.rate[1]) / head.rate[0] / Math.max(0.1, Math.abs(head.speed));
      // A loop may have come between: what is more than a second is no lateness.
      if (Math.abs(off * frame_ms) < 1000) this.#late_ms = Math.max(0, this.#late_ms + off * frame_ms * LEARNT);
    }
    if (Math.abs(off) > FAR) return "anew";
    return 1 + Math.max(-MOST_EASE, Math.min(MOST_EASE, off * EASE));
  }
}
