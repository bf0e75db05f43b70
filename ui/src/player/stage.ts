/** One clock, many surfaces: what stands side by side or one over another is always the same frame. */

import type { Surface } from "./clock";

export type Standing = "here" | "coming" | "failed" | "empty";

/** What stands of the pictures that are larger than the stored ones: nothing asked for, on its way, here, not to be had. */
export type FullStanding = "plain" | "coming" | "here" | "failed";

/** What is shown in place of stored frames while it is paused: all of a take's own pixels, or its alpha. */
export type FullKind = "full" | "alpha" | "checker";

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
  /** Says what is to be fetched in place of stored frames from now on; a layer without such pictures has none. */
  fullOf?(kind: FullKind | null): void;
  primeFull?(frame: number): void;
  /** "empty": it has no such pictures, and its stored ones are all there is. */
  standingFull?(frame: number): Standing;
  paintFull?(frame: number): void;
}

// Nobody looks closely at what is only passed by; a step more, and it is asked for no longer.
const REST_MS = 120;

export interface StageEvents {
  /** A frame stands on every surface. */
  drawn(frame: number): void;
  /** The wanted frame is not here yet; the one before it stays, dimmed. */
  waiting(frame: number): void;
  failed(frame: number): void;
  /** How the pictures that are larger than the stored ones stand. */
  full?(standing: FullStanding): void;
}

export class Stage implements Surface {
  /** The first leads. */
  #layers: Layer[] = [];
  #events: StageEvents;
  #wanted = 0;
  #playing = false;
  #speed = 1;
  #kind: FullKind | null = null;
  #rest: ReturnType<typeof setTimeout> | null = null;
  /** Frame whose larger pictures stand on all surfaces. */
  #fullOn: number | null = null;

  constructor(events: StageEvents) {
    this.#events = events;
  }

  get leader(): Layer | undefined {
    return this.#layers[0];
  }

  lead(layer: Layer): void {
    this.#layers = [layer, ...this.#layers.filter((one) => one !== layer)];
    layer.fullOf?.(this.#kind);
  }

  /** Shows these pictures while it is paused, wherever a surface has them; null is the stored ones. */
  sharpen(kind: FullKind | null): void {
    if (kind === this.#kind) return;
    this.#kind = kind;
    for (const layer of this.#layers) layer.fullOf?.(kind);
    if (this.#playing) this.#tell("plain");
    else this.show(this.#wanted);
  }

  /** Joins, on the frame that is shown; the returned function leaves. */
  join(layer: Layer): () => void {
    this.#layers.push(layer);
    layer.fullOf?.(this.#kind);
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
    this.#fullOn = null;
    if (this.#rest !== null) clearTimeout(this.#rest);
    this.#rest = null;
    for (const layer of this.#layers) layer.prime(frame);
    this.#settle();
    if (this.#kind === null) this.#tell("plain");
    else this.#rest = setTimeout(() => this.#primeFull(), REST_MS);
  }

  /** A frame came to one of the surfaces. */
  arrived(): void {
    if (!this.#playing && this.#fullOn !== this.#wanted) this.#settle();
  }

  /** A larger picture came to one of the surfaces. */
  arrivedFull(): void {
    if (!this.#playing && this.#fullOn !== this.#wanted) this.#settleFull();
  }

  play(frame: number, speed: number, onFrame: (frame: number) => void): boolean {
    const [leader, ...followers] = this.#layers;
    if (this.#rest !== null) clearTimeout(this.#rest);
    this.#rest = null;
    this.#fullOn = null;
    this.#tell("plain");
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
    if (standings.includes("failed")) this.#events.failed(frame);
    else this.#events.drawn(frame);
    if (this.#kind !== null) this.#settleFull();
  }

  #primeFull(): void {
    this.#rest = null;
    for (const layer of this.#layers) layer.primeFull?.(this.#wanted);
    this.#settleFull();
  }

  /** Paints the larger pictures once all surfaces that have them have this one: compared, they must be alike. */
  #settleFull(): void {
    const frame = this.#wanted;
    const standings = this.#layers.map((layer) => layer.standingFull?.(frame) ?? "empty");
    const here = this.#layers.map((layer) => layer.standing(frame));
    if (standings.every((one) => one === "empty")) this.#tell("plain");
    else if (standings.includes("failed")) this.#tell("failed");
    else if (standings.includes("coming") || here.includes("coming")) this.#tell("coming");
    else {
      this.#fullOn = frame;
      this.#layers.forEach((layer, nth) => standings[nth] === "here" && layer.paintFull?.(frame));
      this.#tell("here");
    }
  }

  #tell(standing: FullStanding): void {
    this.#events.full?.(standing);
  }
}
