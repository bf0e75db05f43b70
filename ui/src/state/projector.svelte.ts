/** Parts of takes played one after the other as one film: where it is, and what stands on the screen. */

import { Clock, type Rate } from "../player/clock";
import { Parts } from "../player/parts";
import { Reel, type ReelPart, type Seam } from "../player/reel";
import { Stage } from "../player/stage";
import { Sound } from "./sound.svelte";

const keyOf = ({ parts }: Parts<ReelPart>, rate: Rate): string =>
  JSON.stringify([rate, parts.map(({ frames, nFrames, pictures, proxy, rate: own }) => [frames, nFrames, pictures, proxy, own])]);

export class Projector<P extends ReelPart> {
  readonly sound = new Sound();
  frame = $state(0);
  playing = $state(false);
  speed = $state(1);
  drawn = $state<number | null>(null);
  failed = $state(false);
  seams = $state.raw<readonly Seam[]>([]);
  parts = $state.raw(new Parts<P>([]));
  rate = $state.raw<Rate>({ num: 24, den: 1 });
  here = $derived(this.parts.at(this.frame));

  readonly clock = new Clock(() => this.#read());
  readonly #stage = new Stage({
    drawn: (frame) => {
      this.drawn = frame;
      this.failed = false;
    },
    waiting: () => (this.failed = false),
    failed: () => (this.failed = true),
  });
  #reel: Reel | null = null;
  #loaded = "";
  #raf = 0;

  constructor() {
    this.clock.attach(this.#stage);
  }

  attach(canvas: HTMLCanvasElement, videos: [HTMLVideoElement, HTMLVideoElement]): () => void {
    const reel = new Reel(canvas, videos, () => this.#stage.arrived());
    reel.onSeam = (seam) => (this.seams = [...this.seams.slice(-99), seam]);
    this.sound.read();
    reel.sound(this.sound.volume, this.sound.muted);
    this.#reel = reel;
    this.#stage.lead(reel);
    this.#fill();
    return () => {
      cancelAnimationFrame(this.#raf);
      this.clock.pause();
      this.#reel = null;
      this.#stage.leave(reel);
      reel.close();
    };
  }

  /** Puts parts in; where what they show is the same as before, nothing stops and nothing is loaded again. */
  put(parts: Parts<P>, rate: Rate, at = this.clock.frame): void {
    const shown = keyOf(parts, rate);
    this.parts = parts;
    this.rate = rate;
    if (shown === this.#loaded) return;
    this.#loaded = shown;
    this.clock.load(parts.nFrames, rate);
    this.clock.seek(at);
    this.#fill();
  }

  /** Whether these parts are what it shows already. */
  isSame(parts: Parts<P>, rate: Rate): boolean {
    return keyOf(parts, rate) === this.#loaded;
  }

  setSound(volume: number, muted: boolean): void {
    this.sound.set(volume, muted);
    this.#reel?.sound(this.sound.volume, muted);
  }

  /** To the first frame of a part. */
  toPart(index: number): void {
    const inside = Math.min(this.parts.parts.length - 1, Math.max(0, index));
    this.clock.seek(this.parts.starts[inside] ?? 0);
  }

  byPart(by: 1 | -1): void {
    this.toPart((this.here?.index ?? 0) + by);
  }

  #fill(): void {
    if (!this.#reel || this.#loaded === "") return;
    this.drawn = null;
    this.#reel.load(this.parts.parts, this.rate);
    this.#stage.show(this.clock.frame);
  }

  #read(): void {
    const { frame, playing, speed } = this.clock;
    Object.assign(this, { frame, playing, speed });
    if (this.clock.counting && this.#raf === 0) this.#count();
  }

  #count(): void {
    this.#raf = requestAnimationFrame(() => {
      this.#raf = 0;
      this.clock.tick();
      if (this.clock.counting) this.#count();
    });
  }
}
