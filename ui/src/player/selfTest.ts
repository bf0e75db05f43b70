/** The player asked which frame it shows: every answer is read from the canvas, none is taken on trust. */

import { Clock, frameAt, frameDuration_ms, type Rate } from "./clock";
import { readCode } from "./coded";
import { Stage } from "./stage";
import { PictureSurface } from "./surface";

export interface Film {
  rate: Rate;
  nFrames: number;
  frames: string;
  proxy: string;
}

export type Kind = "step" | "reverse" | "jump" | "play-pause" | "a-b";

export interface SelfTestResult {
  wrong: number;
  of: number;
  /** What was wrong, in words; a few of them. */
  faults: string[];
  /** From asking for a frame to its paint, in milliseconds. */
  steps_ms: { p50: number; p95: number };
  jumps_ms: { p50: number; p95: number };
  /**
   * Frames read from the video while it played: how many were not the frame told, and how many of a busy
   * browser's were on by a frame or two before it was told.
   */
  played: { of: number; wrong: number; late: number };
}

/** How often each thing is tried: 110 frames in all. */
export const TRIALS: Record<Kind, number> = { step: 30, reverse: 20, jump: 30, "play-pause": 10, "a-b": 20 };

const LATE = 2;
const PATIENCE_MS = 15_000;
const PLAY_MS = [180, 480] as const;

export const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
};

/** Numbers that are the same each time, so that a fault can be seen again. */
export function* randoms(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

const tick = () => new Promise<void>((resolve) => requestAnimationFrame(() => resolve()));
const rest = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

type Videos = [HTMLVideoElement, HTMLVideoElement];

export class SelfTestRun {
  readonly #clock = new Clock();
  readonly #a: PictureSurface;
  readonly #b: PictureSurface;
  readonly #stage: Stage;
  readonly #scratch = document.createElement("canvas");
  readonly #random = randoms(12);
  #drawn: number | null = null;
  #wake: () => void = () => undefined;
  #wrong = 0;
  #of = 0;
  #faults: string[] = [];
  #steps_ms: number[] = [];
  #jumps_ms: number[] = [];
  #played = { of: 0, wrong: 0, late: 0 };

  constructor(a: [HTMLCanvasElement, Videos], b: [HTMLCanvasElement, Videos]) {
    this.#stage = new Stage({
      drawn: (frame) => {
        this.#drawn = frame;
        this.#wake();
      },
      waiting: () => undefined,
      failed: () => this.#wake(),
    });
    this.#a = new PictureSurface(...a, () => this.#stage.arrived());
    this.#b = new PictureSurface(...b, () => this.#stage.arrived());
    for (const surface of [this.#a, this.#b]) surface.sound(0, true);
    this.#stage.lead(this.#a);
    this.#clock.attach(this.#stage);
  }

  async run(film: Film, told: (done: number, all: number) => void): Promise<SelfTestResult> {
    const all = Object.values(TRIALS).reduce((sum, one) => sum + one, 0);
    const { nFrames, rate } = film;
    this.#a.load(film);
    this.#clock.load(nFrames, rate);
    await this.#show(() => this.#clock.seek(0));
    await rest(400); // neighbours come, as they do before anybody steps
    for (let n = 0; n < TRIALS.step; n++, told(this.#of, all)) await this.#stepped("step", 1);
    for (let n = 0; n < TRIALS.reverse; n++, told(this.#of, all)) await this.#stepped("reverse", -1);
    for (let n = 0; n < TRIALS.jump; n++, told(this.#of, all)) {
      const frame = this.#pick(nFrames);
      this.#jumps_ms.push(await this.#show(() => this.#clock.seek(frame)));
      this.#check("jump", this.#a, frame);
    }
    for (let n = 0; n < TRIALS["play-pause"]; n++, told(this.#of, all)) await this.#playPause(nFrames);
    this.#b.load(film);
    const leave = this.#stage.join(this.#b);
    for (let n = 0; n < TRIALS["a-b"]; n += 2, told(this.#of, all)) {
      const frame = this.#pick(nFrames);
      await this.#show(() => this.#clock.seek(frame));
      this.#check("a-b", this.#a, frame);
      this.#check("a-b", this.#b, frame);
    }
    leave();
    return {
      wrong: this.#wrong,
      of: this.#of,
      faults: this.#faults.slice(0, 8),
      steps_ms: { p50: percentile(this.#steps_ms, 0.5), p95: percentile(this.#steps_ms, 0.95) },
      jumps_ms: { p50: percentile(this.#jumps_ms, 0.5), p95: percentile(this.#jumps_ms, 0.95) },
      played: this.#played,
    };
  }

  close(): void {
    this.#clock.pause();
    this.#a.close();
    this.#b.close();
  }

  #pick(nFrames: number): number {
    return Math.floor(this.#random.next().value * nFrames);
  }

  async #stepped(kind: Kind, by: 1 | -1): Promise<void> {
    const wanted = this.#clock.frame + by;
    this.#steps_ms.push(await this.#show(() => this.#clock.step(by)));
    this.#check(kind, this.#a, wanted);
  }

  async #playPause(nFrames: number): Promise<void> {
    const { video } = this.#a;
    const from = this.#pick(Math.floor(nFrames / 2));
    await this.#show(() => this.#clock.seek(from));
    let reads = true;
    const [least, most] = PLAY_MS;
    this.#clock.play();
    const read = (_now: number, meta: VideoFrameCallbackMetadata): void => {
      if (!reads) return;
      if (video.style.visibility === "visible") this.#readVideo(video, frameAt(meta.mediaTime, this.#clock.rate), meta.presentationTime);
      video.requestVideoFrameCallback(read);
    };
    video.requestVideoFrameCallback(read);
    await rest(least + this.#random.next().value * (most - least));
    const until = performance.now() + PATIENCE_MS;
    while (this.#clock.frame === from && performance.now() < until) await tick();
    reads = false;
    await this.#show(() => this.#clock.pause());
    this.#check("play-pause", this.#a, this.#clock.frame);
    // It has to have gone on, by about as many frames as the time it had.
    if (this.#clock.frame === from) this.#fault("play-pause", `it never left frame ${String(from)}`);
    await rest(frameDuration_ms(this.#clock.rate));
  }

  #readVideo(video: HTMLVideoElement, told: number, presented_ms: number): void {
    this.#scratch.width = video.videoWidth;
    this.#scratch.height = video.videoHeight;
    this.#scratch.getContext("2d", { alpha: false, willReadFrequently: true })?.drawImage(video, 0, 0);
    const code = readCode(this.#scratch);
    this.#played.of += 1;
    const on = (code ?? -1) - told;
    // What is read is the picture of now: a browser that was held up since it told has gone on as far as that.
    const gone = Math.ceil((performance.now() - presented_ms) / frameDuration_ms(this.#clock.rate));
    if (on > 0 && on <= LATE + gone) this.#played.late += 1;
    else if (on !== 0) this.#played.wrong += 1;
  }

  /** Does something and waits until its frame is painted; how long that took, in milliseconds. */
  async #show(act: () => void): Promise<number> {
    const from_ms = performance.now();
    this.#drawn = null;
    const drawn = new Promise<void>((resolve) => (this.#wake = resolve));
    act();
    if (this.#drawn === null) await Promise.race([drawn, rest(PATIENCE_MS)]);
    await tick();
    return performance.now() - from_ms;
  }

  #check(kind: Kind, surface: PictureSurface, wanted: number): void {
    this.#of += 1;
    const code = readCode(surface.canvas);
    if (code !== wanted) this.#fault(kind, `wanted ${String(wanted)}, saw ${String(code)}`);
  }

  #fault(kind: Kind, words: string): void {
    this.#wrong += 1;
    this.#faults.push(`${kind}: ${words}`);
  }
}
