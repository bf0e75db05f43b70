/** One clock, many surfaces: what stands side by side or one over another is always the same frame. */

import type { Surface } from "./clock";

export type Standing = "here" | "coming" | "failed" | "empty";

/** One take's picture among others. */
export interface Layer {
  /** Fetches a frame without showing it. */
  prime(frame: number): void;
  standing(frame: number): Standing;
  paint(frame: number): void;
  /** Starts playing; false when it cannot play so. */
  play(frame: number, speed: number, onFrame: (frame: number) => void): boolean;
  cue(frame: number, last: number): void;
  /** Goes on at another speed. */
  pace(speed: number): void;
  /** Another leads and presented this frame. */
  keepUp(frame: number, speed: number): void;
  pause(): void;
}

export interface StageEvents {
  /** A frame stands on every surface. */
  drawn(frame: number): void;
  /** The wanted frame is not here yet; the one before it stays, dimmed. */
  waiting(frame: number): void;
  failed(frame: number): void;
}

export class Stage implements Surface {
  /** The first leads. */
  #layers: Layer[] = [];
  #events: StageEvents;
  #wanted = 0;
  #playing = false;
  #speed = 1;

  constructor(events: StageEvents) {
    this.#events = events;
  }

  get leader(): Layer | undefined {
    return this.#layers[0];
  }

  lead(layer: Layer): void {
    this.#layers = [layer, ...this.#layers.filter((one) => one !== layer)];
  }

  /** Joins, on the frame that is shown; the returned function leaves. */
  join(layer: Layer): () => void {
    this.#layers.push(layer);
    if (this.#playing) layer.play(this.#wanted, this.#speed, () => undefined);
    else this.show(this.#wanted);
    return () => this.leave(layer);
  }

  leave(layer: Layer): void {
    layer.pause();
    this.#layers = this.#layers.filter((one) => one !== layer);
    if (!this.#playing) this.#settle();
  }

  show(frame: number): void {
    this.#wanted = frame;
    for (const layer of this.#layers) layer.prime(frame);
    this.#settle();
  }

  /** A frame came to one of the surfaces. */
  arrived(): void {
    if (!this.#playing) this.#settle();
  }

  play(frame: number, speed: number, onFrame: (frame: number) => void): boolean {
    const [leader, ...followers] = this.#layers;
    const leads = leader?.play(frame, speed, (presented) => {
      this.#wanted = presented;
      onFrame(presented);
      for (const follower of followers) follower.keepUp(presented, this.#speed);
    });
    this.#playing = leads ?? false;
    this.#speed = speed;
    if (leads) for (const follower of followers) follower.play(frame, speed, () => undefined);
    return leads ?? false;
  }

  pace(speed: number): void {
    this.#speed = speed;
    for (const layer of this.#layers) layer.pace(speed);
  }

  cue(frame: number, last: number): void {
    for (const layer of this.#layers) layer.cue(frame, last);
  }

  pause(): void {
    this.#playing = false;
    for (const layer of this.#layers) layer.pause();
  }

  /** Paints once the frame is on all surfaces, so that none is ever ahead of another. */
  #settle(): void {
    const frame = this.#wanted;
    const standings = this.#layers.map((layer) => layer.standing(frame));
    if (standings.length === 0 || standings[0] === "empty") return;
    if (standings.includes("coming")) {
      this.#events.waiting(frame);
      return;
    }
    for (const layer of this.#layers) layer.paint(frame);
    if (standings[0] === "failed") this.#events.failed(frame);
    else this.#events.drawn(frame);
  }
}
