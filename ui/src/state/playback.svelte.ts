/** The clock as components see it. */

import type { TakeView } from "../api/types";
import { Ahead } from "../player/ahead";
import { Clock, type Rate, type Span } from "../player/clock";
import { type FullKind, type FullStanding, Stage } from "../player/stage";
import { fetchPicture, PictureSurface, type Source } from "../player/surface";
import { Turns } from "../player/turns";
import { Sound } from "./sound.svelte";

export const rateOf = (rate: readonly number[] | null, fallback: readonly number[]): Rate => ({
  num: (rate ?? fallback)[0] ?? 24,
  den: (rate ?? fallback)[1] ?? 1,
});

// A frame in memory is some 3.7 MB; with four takes at once the ones that follow keep fewer of them.
const FOLLOWERS_RADIUS = 12;

type Videos = [HTMLVideoElement, HTMLVideoElement];

/** What of a take is played. */
export type Played = Pick<TakeView, "content" | "n_frames"> & {
  media: Pick<TakeView["media"], "frames" | "proxy" | "peaks"> & Partial<Pick<TakeView["media"], FullKind>>;
};

export class Playback {
  frame = $state(0);
  nFrames = $state(1);
  playing = $state(false);
  speed = $state(1);
  tempo = $state(1);
  readonly sound = new Sound();
  loop = $state.raw<Span | null>(null);
  rate = $state.raw<Rate>({ num: 24, den: 1 });
  /** Frame that stands on the screen; differs from `frame` while that one is on its way. */
  drawn = $state<number | null>(null);
  /** Pixels of the frames as they are stored for the desk. */
  stored = $state.raw({ width: 1, height: 1 });
  failed = $state(false);
  /** How what is larger than the stored frames, or their alpha, stands on the screen. */
  full = $state<FullStanding>("plain");
  /** Whether anybody can see it: not while the window is behind another. */
  visible = true;

  readonly clock = new Clock(() => this.#read());
  readonly #turns = new Turns();
  /** Pictures of what is likely to be looked at next. */
  readonly ahead = new Ahead(fetchPicture, this.#turns);
  readonly #stage = new Stage({
    drawn: (frame) => {
      const { width, height } = this.#leader?.canvas ?? { width: 1, height: 1 };
      if (width !== this.stored.width || height !== this.stored.height) this.stored = { width, height };
      this.drawn = frame;
      this.failed = false;
    },
    waiting: (frame) => {
      this.failed = false;
      if (this.drawn === frame) this.drawn = null; // of a take that joined it is not here yet
    },
    failed: () => (this.failed = true),
    full: (standing) => (this.full = standing),
  });
  #leader: PictureSurface | null = null;
  #take: Played | null = null;
  /** What is shown in place of a take. */
  #film: Source | null = null;
  /** Speed that was last eased to; nothing while it does not play. */
  #eased = 0;
  #raf = 0;

  constructor() {
    this.clock.attach(this.#stage);
  }

  /** The surface of the take that is looked at; the returned function lets go of it. */
  attach(canvas: HTMLCanvasElement, videos: Videos): () => void {
    const surface = new PictureSurface(canvas, videos, () => this.#stage.arrived(), {
      load: (address) => this.ahead.load(address),
      turns: this.#turns,
      arrivedFull: () => this.#stage.arrivedFull(),
    });
    this.#leader = surface;
    this.sound.read();
    surface.sound(this.sound.volume, this.sound.muted);
    this.#stage.lead(surface);
    this.#fill();
    return () => {
      cancelAnimationFrame(this.#raf);
      this.clock.pause();
      this.#leader = null;
      this.#stage.leave(surface);
      surface.close();
      this.ahead.plan([]);
    };
  }

  /** Another take beside or over it, that follows; the returned function lets go of it. */
  join(canvas: HTMLCanvasElement, videos: Videos, take: TakeView): () => void {
    const surface = new PictureSurface(canvas, videos, () => this.#stage.arrived(), {
      radius: FOLLOWERS_RADIUS,
      arrivedFull: () => this.#stage.arrivedFull(),
    });
    surface.sound(0, true);
    surface.load(sourceOf(take, this.clock.rate));
    this.#stage.join(surface);
    return () => {
      this.#stage.leave(surface);
      surface.close();
    };
  }

  /** Shows these pictures in place of stored frames while it is paused; null is the stored ones. */
  sharpen(kind: FullKind | null): void {
    this.#stage.sharpen(kind);
  }

  setSound(volume: number, muted: boolean): void {
    this.sound.set(volume, muted);
    this.#leader?.sound(this.sound.volume, muted);
  }

  /** Shows a take, on the frame that is shown unless another is named. */
  load(take: Played | null, rate: Rate, frame = this.clock.frame): void {
    void this.sound.look(take?.media.peaks ?? null);
    const same = take?.content === this.#take?.content && take?.media.frames === this.#take?.media.frames;
    const sameProxy = take?.media.proxy === this.#take?.media.proxy;
    this.#take = take;
    if (same && sameProxy) return;
    this.clock.load(take?.n_frames ?? 1, rate, frame);
    this.#fill();
  }

  /** Plays a little faster or slower than people set, to be where others are. */
  ease(factor: number): void {
    const speed = this.clock.speed * factor;
    if (!this.clock.playing || this.clock.counting || speed === this.#eased) return;
    this.#eased = speed;
    this.#stage.pace(speed);
  }

  /** Shows something that is no take: parts of several, one after the other. */
  loadFilm(film: Source): void {
    this.#film = film;
    this.clock.load(film.nFrames, film.rate);
    this.#fill();
  }

  #fill(): void {
    this.drawn = null;
    this.failed = false;
    this.full = "plain";
    const source = this.#film ?? sourceOf(this.#take, this.clock.rate);
    this.#leader?.load(source);
    if (source) this.#stage.show(this.clock.frame);
  }

  #read(): void {
    const { frame, nFrames, playing, speed, tempo, loop, rate } = this.clock;
    Object.assign(this, { frame, nFrames, playing, speed, tempo, loop, rate });
    if (!playing) this.#eased = 0;
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

function sourceOf(take: Played | null, rate: Rate): Source | null {
  const { frames, proxy, ...larger } = take?.media ?? { frames: null, proxy: null };
  return take && frames ? { frames, proxy, full: larger, nFrames: take.n_frames, rate } : null;
}
