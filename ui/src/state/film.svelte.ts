/** The whole film as it stands today, played as one: where it is, and what stands there. */

import * as calls from "../api/calls";
import type { FilmPartView, FilmView } from "../api/types";
import { Clock, type Rate } from "../player/clock";
import { Parts } from "../player/parts";
import { Reel, type ReelPart, type Seam } from "../player/reel";
import { Stage } from "../player/stage";
import { Loading } from "./loading.svelte";
import { rateOf } from "./playback.svelte";
import { deskAt } from "./route.svelte";
import { Sound } from "./sound.svelte";

export interface FilmPart extends ReelPart {
  view: FilmPartView;
}

/** A part as the player counts it: as long as its slot, whatever it has frames for. */
export const partOf = (view: FilmPartView): FilmPart => ({
  view,
  frames: { start: view.frames.start, end: view.frames.start + view.length },
  nFrames: view.frames.end,
  pictures: view.media?.frames ?? null,
  proxy: view.media?.proxy ?? null,
});

/** What stands there, in words. */
export function kindWords({ kind, number }: FilmPartView): string {
  if (kind === "slate") return "slate";
  return `${kind} ${String(number)}`;
}

export class Film {
  readonly loading = new Loading<FilmView>();
  readonly sound = new Sound();
  frame = $state(0);
  playing = $state(false);
  speed = $state(1);
  drawn = $state<number | null>(null);
  failed = $state(false);
  /** Something in the studio changed while it played; what plays is never swapped. */
  isBehind = $state(false);
  seams = $state.raw<readonly Seam[]>([]);

  view = $derived(this.loading.value);
  parts = $derived(new Parts<FilmPart>((this.view?.parts ?? []).map(partOf)));
  rate = $derived<Rate>(rateOf(this.view?.rate ?? null, [24, 1]));
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

  async open(production: string): Promise<void> {
    if (this.playing) {
      this.isBehind = true;
      return;
    }
    this.isBehind = false;
    if (await this.loading.ask(() => calls.getFilm(production))) this.#fill();
  }

  attach(canvas: HTMLCanvasElement, videos: [HTMLVideoElement, HTMLVideoElement]): () => void {
    const reel = new Reel(canvas, videos, () => this.#stage.arrived());
    reel.onSeam = (seam) => (this.seams = [...this.seams.slice(-99), seam]);
    this.sound.read();
    reel.sound(this.sound.volume, this.sound.muted);
    this.#reel = reel;
    this.#stage.lead(reel);
    this.#loaded = "";
    this.#fill();
    return () => {
      cancelAnimationFrame(this.#raf);
      this.clock.pause();
      this.#reel = null;
      this.#stage.leave(reel);
      reel.close();
    };
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

  /** Where on the desk what stands here is judged, or null. */
  get desk(): string | null {
    const { task, number } = this.here?.part.view ?? { task: null, number: 0 };
    return task === null ? null : deskAt(task, number, "");
  }

  #fill(): void {
    const { view } = this;
    if (!view || !this.#reel) return;
    // Most of what happens in a studio changes nothing of what is shown.
    const shown = JSON.stringify([view.rate, view.parts.map((one) => [one.take, one.length, one.frames, one.media])]);
    if (shown === this.#loaded) return;
    this.#loaded = shown;
    this.drawn = null;
    this.clock.load(this.parts.nFrames, this.rate);
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
