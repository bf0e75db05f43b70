/** Decoded frames around the one looked at: the wanted one first, then its neighbours, one at a time. */

import { Turns } from "./turns";

export interface Picture {
  close(): void;
}

export interface RingOptions {
  /** Frames kept on either side; with 0, none is fetched but the wanted one. */
  radius?: number;
  /** Rest after a jump before neighbours are fetched: someone who scrubs is on the way elsewhere. */
  idle_ms?: number;
  /** Shared with whatever else is fetched ahead. */
  turns?: Turns;
}

// Farther than this is a jump; the arrow keys, held, stay within it.
const NEAR = 2;
// More requests at once starve the one that matters (desk brief: 48 at once took a jump to 1,059 ms).
const WANTED_AT_ONCE = 2;

export class Ring<P extends Picture> {
  #load: (frame: number) => Promise<P>;
  #arrived: (frame: number) => void;
  #radius: number;
  #idle_ms: number;
  #turns: Turns;
  #nFrames: number;
  #pictures = new Map<number, P>();
  #loading = new Set<number>();
  #failed = new Set<number>();
  #wanted = 0;
  #direction: 1 | -1 = 1;
  #wantedInFlight = 0;
  #restUntil: ReturnType<typeof setTimeout> | null = null;
  #closed = false;

  constructor(
    load: (frame: number) => Promise<P>,
    nFrames: number,
    arrived: (frame: number) => void,
    { radius = 24, idle_ms = 120, turns = new Turns() }: RingOptions = {},
  ) {
    this.#load = load;
    this.#nFrames = nFrames;
    this.#arrived = arrived;
    this.#radius = radius;
    this.#idle_ms = idle_ms;
    this.#turns = turns;
  }

  get size(): number {
    return this.#pictures.size;
  }

  get(frame: number): P | undefined {
    return this.#pictures.get(frame);
  }

  hasFailed(frame: number): boolean {
    return this.#failed.has(frame);
  }

  want(frame: number): void {
    const moved = frame - this.#wanted;
    if (moved !== 0) this.#direction = moved > 0 ? 1 : -1;
    this.#wanted = frame;
    this.#evict();
    if (Math.abs(moved) > NEAR) this.#rest();
    this.#fetchWanted();
    this.#prefetch();
  }

  close(): void {
    this.#closed = true;
    if (this.#restUntil !== null) clearTimeout(this.#restUntil);
    for (const picture of this.#pictures.values()) picture.close();
    this.#pictures.clear();
  }

  /** Neighbours in the order they are likely to be needed: two ahead for one behind. */
  order(): number[] {
    const frames: number[] = [];
    for (let ahead = 1, behind = 1; frames.length < 2 * this.#radius; ) {
      for (let twice = 0; twice < 2 && ahead <= this.#radius; twice++) {
        frames.push(this.#wanted + this.#direction * ahead++);
      }
      if (behind <= this.#radius) frames.push(this.#wanted - this.#direction * behind++);
    }
    return frames.filter((frame) => frame >= 0 && frame < this.#nFrames);
  }

  #fetchWanted(): void {
    const frame = this.#wanted;
    if (this.#pictures.has(frame) || this.#loading.has(frame)) return;
    if (this.#wantedInFlight >= WANTED_AT_ONCE) return; // the newest is asked for when one comes back
    this.#wantedInFlight++;
    this.#failed.delete(frame);
    void this.#turns.first(this.#fetch(frame)).finally(() => {
      this.#wantedInFlight--;
      if (this.#closed) return;
      if (!this.#failed.has(this.#wanted)) this.#fetchWanted();
      this.#prefetch();
    });
  }

  #prefetch(): void {
    this.#turns.ask(this.#next);
  }

  /** Fetches the likeliest neighbour that is not here, when its turn comes. */
  #next = (): Promise<void> | null => {
    if (this.#closed || this.#restUntil !== null || this.#wantedInFlight > 0) return null;
    const next = this.order().find(
      (frame) => !this.#pictures.has(frame) && !this.#loading.has(frame) && !this.#failed.has(frame),
    );
    return next === undefined ? null : this.#fetch(next).finally(() => this.#prefetch());
  };

  async #fetch(frame: number): Promise<void> {
    this.#loading.add(frame);
    try {
      const picture = await this.#load(frame);
      if (this.#closed || Math.abs(frame - this.#wanted) > this.#radius) {
        picture.close();
        return;
      }
      this.#pictures.set(frame, picture);
    } catch {
      this.#failed.add(frame);
    } finally {
      this.#loading.delete(frame);
    }
    if (!this.#closed) this.#arrived(frame);
  }

  #evict(): void {
    for (const [frame, picture] of this.#pictures) {
      if (Math.abs(frame - this.#wanted) <= this.#radius) continue;
      picture.close();
      this.#pictures.delete(frame);
    }
  }

  #rest(): void {
    if (this.#restUntil !== null) clearTimeout(this.#restUntil);
    this.#restUntil = setTimeout(() => {
      this.#restUntil = null;
      this.#prefetch();
    }, this.#idle_ms);
  }
}
