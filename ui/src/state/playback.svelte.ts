/** The clock as components see it. */

import type { TakeView } from "../api/types";
import { Clock, type Rate, type Span } from "../player/clock";
import { PictureSurface } from "../player/surface";

export const rateOf = (rate: readonly number[] | null, fallback: readonly number[]): Rate => ({
  num: (rate ?? fallback)[0] ?? 24,
  den: (rate ?? fallback)[1] ?? 1,
});

/** What of a take is played. */
export type Played = Pick<TakeView, "content" | "n_frames"> & { media: Pick<TakeView["media"], "frames" | "proxy"> };

export class Playback {
  frame = $state(0);
  nFrames = $state(1);
  playing = $state(false);
  speed = $state(1);
  loop = $state.raw<Span | null>(null);
  rate = $state.raw<Rate>({ num: 24, den: 1 });
  /** Frame that stands on the screen; differs from `frame` while that one is on its way. */
  drawn = $state<number | null>(null);
  failed = $state(false);
  /** Whether anybody can see it: not while the window is behind another. */
  visible = true;

  readonly clock = new Clock(() => this.#read());
  #surface: PictureSurface | null = null;
  #take: Played | null = null;
  #raf = 0;

  attach(canvas: HTMLCanvasElement, video: HTMLVideoElement): () => void {
    const surface = new PictureSurface(canvas, video, {
      drawn: (frame) => {
        this.drawn = frame;
        this.failed = false;
      },
      waiting: () => (this.failed = false),
      failed: () => (this.failed = true),
    });
    this.#surface = surface;
    this.clock.attach(surface);
    this.#fill();
    return () => {
      cancelAnimationFrame(this.#raf);
      this.clock.pause();
      this.clock.attach(null);
      surface.close();
      this.#surface = null;
    };
  }

  load(take: Played | null, rate: Rate): void {
    const same = take?.content === this.#take?.content && take?.media.frames === this.#take?.media.frames;
    const sameProxy = take?.media.proxy === this.#take?.media.proxy;
    this.#take = take;
    if (same && sameProxy) return;
    this.clock.load(take?.n_frames ?? 1, rate);
    this.#fill();
  }

  #fill(): void {
    const take = this.#take;
    const { frames, proxy } = take?.media ?? { frames: null, proxy: null };
    this.drawn = null;
    this.failed = false;
    this.#surface?.load(take && frames ? { frames, proxy, nFrames: take.n_frames, rate: this.clock.rate } : null);
    this.#surface?.show(this.clock.frame);
  }

  #read(): void {
    const { frame, nFrames, playing, speed, loop, rate } = this.clock;
    Object.assign(this, { frame, nFrames, playing, speed, loop, rate });
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
