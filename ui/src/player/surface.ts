/** One take's picture: stored frames on a canvas when paused, the proxy in a video when playing. */

import { frameAt, frameDuration_ms, seekTarget, type Rate } from "./clock";
import { Ring } from "./ring";
import type { FullKind, Layer, Standing } from "./stage";
import type { Turns } from "./turns";

export interface Source {
  /** Address of frame `{n}`, or of each. */
  frames: string | ((frame: number) => string);
  /** The same frames larger, or their alpha, by kind; what is not there does not exist of this take. */
  full?: Partial<Record<FullKind, string | null>>;
  proxy: string | null;
  nFrames: number;
  rate: Rate;
}

// A follower this many frames off is sought; nearer, it is played a little faster or slower.
const FAR = 2;
const NUDGE = 0.05;
// What a browser takes from play() to the first frame that moves, until it has been measured here.
export const START_MS = 80;
// A repaint before the last frame's time is over, its successor is put in front of it.
export const REPAINT_MS = 8;

export interface SurfaceOptions {
  /** Frames kept on either side. */
  radius?: number;
  /** Where pictures come from. */
  load?: (address: string) => Promise<ImageBitmap>;
  /** Shared with whatever else is fetched ahead. */
  turns?: Turns;
  /** A larger picture came. */
  arrivedFull?: () => void;
}

export async function fetchPicture(address: string): Promise<ImageBitmap> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${String(response.status)} at ${address}`);
  return createImageBitmap(await response.blob());
}

/** Draws a picture as large as it is; nothing is black. */
export function paintOn(canvas: HTMLCanvasElement, picture: ImageBitmap | null | undefined): void {
  const pen = canvas.getContext("2d", { alpha: false });
  if (!picture) {
    pen?.fillRect(0, 0, canvas.width, canvas.height);
    return;
  }
  if (canvas.width !== picture.width || canvas.height !== picture.height) {
    canvas.width = picture.width;
    canvas.height = picture.height;
  }
  pen?.drawImage(picture, 0, 0);
}

/** Starts a video that nobody sees or hears yet, and says how long its first frame took to move. */
export function startedIn(video: HTMLVideoElement, speed: number, said: (took_ms: number) => void): void {
  const from_ms = performance.now();
  const stood_s = video.currentTime;
  const moved = (now: number, meta: VideoFrameCallbackMetadata): void => {
    if (meta.mediaTime > stood_s) said(now - from_ms);
    else if (!video.paused) video.requestVideoFrameCallback(moved);
  };
  video.requestVideoFrameCallback(moved);
  video.playbackRate = speed;
  video.muted = true; // it is heard once it is seen
  video.play().catch(() => undefined);
}

export class PictureSurface implements Layer {
  readonly canvas: HTMLCanvasElement;
  /** Two, so that one stands on the loop's first frame while the other plays towards its last. */
  #videos: [HTMLVideoElement, HTMLVideoElement];
  #arrived: (frame: number) => void;
  #options: SurfaceOptions;
  #source: Source | null = null;
  #ring: Ring<ImageBitmap> | null = null;
  #kind: FullKind | null = null;
  #full: Ring<ImageBitmap> | null = null;
  #run = 0;
  #presented = 0;
  /** Where play goes round to, after which frame, and whether the spare video is on its way already. */
  #cued: { frame: number; last: number; started: boolean } | null = null;
  #start_ms = START_MS;
  #shownAt_ms = 0;
  #muted = false;
  #speed = 1;
  #playing = false;

  constructor(canvas: HTMLCanvasElement, videos: [HTMLVideoElement, HTMLVideoElement], arrived: (frame: number) => void, options: SurfaceOptions = {}) {
    this.canvas = canvas;
    this.#options = options;
    this.#videos = videos;
    this.#arrived = arrived;
  }

  /** The video that plays, or would. */
  get video(): HTMLVideoElement {
    return this.#videos[0];
  }

  load(source: Source | null): void {
    this.pause();
    this.#ring?.close();
    this.#ring = null;
    this.#source = source;
    this.#openFull();
    for (const video of this.#videos) {
      video.style.visibility = "hidden";
      if (source?.proxy) video.src = source.proxy;
      else video.removeAttribute("src");
    }
    if (!source) return;
    const { load = fetchPicture, arrivedFull: _, ...options } = this.#options;
    this.#ring = new Ring(
      (frame) => load(typeof source.frames === "string" ? source.frames.replace("{n}", String(frame)) : source.frames(frame)),
      source.nFrames,
      (frame) => this.#arrived(frame),
      options,
    );
  }

  sound(volume: number, muted: boolean, steadyPitch = true): void {
    this.#muted = muted;
    for (const video of this.#videos) {
      video.volume = volume;
      video.muted = muted || (video !== this.video && !video.paused);
      video.preservesPitch = steadyPitch;
    }
  }

  prime(frame: number): void {
    this.#ring?.want(this.#inside(frame));
  }

  standing(frame: number): Standing {
    if (!this.#ring) return "empty";
    const inside = this.#inside(frame);
    if (this.#ring.get(inside)) return "here";
    return this.#ring.hasFailed(inside) ? "failed" : "coming";
  }

  paint(frame: number): void {
    const picture = this.#ring?.get(this.#inside(frame));
    if (!picture) return;
    paintOn(this.canvas, picture);
    for (const video of this.#videos) video.style.visibility = "hidden";
  }

  fullOf(kind: FullKind | null): void {
    this.#kind = kind;
    this.#openFull();
  }

  primeFull(frame: number): void {
    this.#full?.want(this.#inside(frame));
  }

  standingFull(frame: number): Standing {
    if (!this.#full) return "empty";
    const inside = this.#inside(frame);
    if (this.#full.get(inside)) return "here";
    return this.#full.hasFailed(inside) ? "failed" : "coming";
  }

  paintFull(frame: number): void {
    paintOn(this.canvas, this.#full?.get(this.#inside(frame)));
  }

  play(frame: number, speed: number, onFrame: (frame: number) => void): boolean {
    const { rate, proxy } = this.#source ?? {};
    if (!rate || !proxy || speed < 0 || !("requestVideoFrameCallback" in this.video)) return false;
    const run = ++this.#run;
    const goesRound = this.#playing;
    this.#playing = true;
    this.#speed = speed;
    const [front, spare] = this.#videos;
    if (goesRound && this.#cued?.frame === frame && spare.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && !spare.seeking) {
      this.#goRound(run, rate, onFrame);
      return true;
    }
    const start = (): void => {
      if (run !== this.#run) return;
      front.addEventListener("seeked", () => run === this.#run && this.#roll(run, rate, onFrame), { once: true });
      front.currentTime = seekTarget(frame, rate);
    };
    if (goesRound || front.ended) setTimeout(start, (frameDuration_ms(rate) * 0.75) / speed);
    else start();
    return true;
  }

  /** Goes on at another speed. */
  pace(speed: number): void {
    this.#speed = speed;
    for (const video of this.#videos) video.playbackRate = speed;
  }

  /** Readies the spare video on the frame that play will go round to after the last one. */
  cue(frame: number, last: number): void {
    const { rate, proxy } = this.#source ?? {};
    if (!rate || !proxy) return;
    this.#cued = { frame, last: this.#inside(last), started: false };
    const spare = this.#videos[1];
    spare.pause();
    spare.currentTime = seekTarget(frame, rate);
  }

  /** A follower while another leads: nearer by speed, farther by a seek. */
  keepUp(frame: number, speed: number): void {
    const rate = this.#source?.rate;
    if (!rate || !this.#source?.proxy) {
      this.prime(frame);
      if (this.standing(frame) === "here") this.paint(frame);
      return;
    }
    const behind = this.#inside(frame) - this.#presented;
    if (this.video.seeking) return;
    if (Math.abs(behind) > FAR) this.video.currentTime = seekTarget(this.#inside(frame + 1), rate);
    else this.video.playbackRate = speed * (1 + Math.max(-NUDGE, Math.min(NUDGE, (behind * NUDGE) / 2)));
  }

  /** Frame the playing video presented last. */
  get presented(): number {
    return this.#presented;
  }

  pause(): void {
    this.#run++;
    this.#cued = null;
    this.#playing = false;
    for (const video of this.#videos) video.pause();
  }

  close(): void {
    this.pause();
    this.#ring?.close();
    this.#full?.close();
    for (const video of this.#videos) video.removeAttribute("src");
  }

  #openFull(): void {
    this.#full?.close();
    const source = this.#source;
    const pattern = this.#kind && source?.full?.[this.#kind];
    this.#full = null;
    if (!source || !pattern) return;
    this.#full = new Ring(
      (frame) => fetchPicture(pattern.replace("{n}", String(frame))),
      source.nFrames,
      () => this.#options.arrivedFull?.(),
      { radius: 0 }, // a 4K picture in memory is some 33 MB
    );
  }

  #inside(frame: number): number {
    return Math.min(frame, (this.#source?.nFrames ?? 1) - 1);
  }

  /** Starts the spare so early that its first frame moves when the last one's time is over. */
  #anticipate(run: number, rate: Rate): void {
    const cued = this.#cued;
    const spare = this.#videos[1];
    if (!cued || cued.started || spare.seeking) return;
    const left_ms = ((cued.last + 1 - this.#presented) * frameDuration_ms(rate)) / this.#speed;
    if (left_ms > this.#start_ms) return;
    cued.started = true;
    startedIn(spare, this.#speed, (took_ms) => {
      if (run + 1 < this.#run) return; // stopped meanwhile
      this.#start_ms = (3 * this.#start_ms + Math.min(400, took_ms - frameDuration_ms(rate) / this.#speed)) / 4;
    });
  }

  #goRound(run: number, rate: Rate, onFrame: (frame: number) => void): void {
    const [front, spare] = this.#videos;
    front.pause(); // it would play on beyond the loop
    this.#cued = null;
    setTimeout(
      () => {
        if (run !== this.#run) return;
        this.#videos = [spare, front];
        spare.muted = this.#muted;
        spare.style.visibility = "visible";
        front.style.visibility = "hidden";
        this.#presented = frameAt(spare.currentTime - 0.5 * (rate.den / rate.num), rate);
        onFrame(this.#presented);
        if (run === this.#run) this.#roll(run, rate, onFrame);
      },
      Math.max(0, this.#shownAt_ms + frameDuration_ms(rate) / this.#speed - performance.now() - REPAINT_MS),
    );
  }

  #roll(run: number, rate: Rate, onFrame: (frame: number) => void): void {
    const [video, other] = this.#videos;
    video.playbackRate = this.#speed;
    const presented = (_now: number, meta: VideoFrameCallbackMetadata): void => {
      if (run !== this.#run) return;
      if (video.style.visibility !== "visible") {
        video.style.visibility = "visible";
        other.style.visibility = "hidden";
      }
      this.#presented = frameAt(meta.mediaTime, rate);
      this.#shownAt_ms = meta.expectedDisplayTime;
      this.#anticipate(run, rate);
      onFrame(this.#presented);
      if (run === this.#run) video.requestVideoFrameCallback(presented);
    };
    video.requestVideoFrameCallback(presented);
    // A pause that overtakes the start ends the promise; the clock knows already.
    video.play().catch(() => undefined);
  }
}
