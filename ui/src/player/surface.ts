/** One take's picture: stored frames on a canvas when paused, the proxy in a video when playing. */

import { frameAt, frameDuration_ms, seekTarget, type Rate } from "./clock";
import { Ring } from "./ring";
import type { Layer, Standing } from "./stage";

export interface Source {
  /** Address of frame `{n}`. */
  frames: string;
  proxy: string | null;
  nFrames: number;
  rate: Rate;
}

// A follower this many frames off is sought; nearer, it is played a little faster or slower.
const FAR = 2;
const NUDGE = 0.05;

async function fetchPicture(address: string): Promise<ImageBitmap> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${String(response.status)} at ${address}`);
  return createImageBitmap(await response.blob());
}

export class PictureSurface implements Layer {
  readonly canvas: HTMLCanvasElement;
  /** Two, so that one stands on the loop's first frame while the other plays towards its last. */
  #videos: [HTMLVideoElement, HTMLVideoElement];
  #arrived: (frame: number) => void;
  #source: Source | null = null;
  #ring: Ring<ImageBitmap> | null = null;
  #run = 0;
  #presented = 0;
  #cued: number | null = null;
  #playing = false;

  constructor(canvas: HTMLCanvasElement, videos: [HTMLVideoElement, HTMLVideoElement], arrived: (frame: number) => void) {
    this.canvas = canvas;
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
    for (const video of this.#videos) {
      video.style.visibility = "hidden";
      if (source?.proxy) video.src = source.proxy;
      else video.removeAttribute("src");
    }
    if (!source) return;
    this.#ring = new Ring(
      (frame) => fetchPicture(source.frames.replace("{n}", String(frame))),
      source.nFrames,
      (frame) => this.#arrived(frame),
    );
  }

  sound(volume: number, muted: boolean, steadyPitch = true): void {
    for (const video of this.#videos) {
      video.volume = volume;
      video.muted = muted;
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
    if (this.canvas.width !== picture.width || this.canvas.height !== picture.height) {
      this.canvas.width = picture.width;
      this.canvas.height = picture.height;
    }
    this.canvas.getContext("2d", { alpha: false })?.drawImage(picture, 0, 0);
    for (const video of this.#videos) video.style.visibility = "hidden";
  }

  play(frame: number, speed: number, onFrame: (frame: number) => void): boolean {
    const { rate, proxy } = this.#source ?? {};
    if (!rate || !proxy || speed < 0 || !("requestVideoFrameCallback" in this.video)) return false;
    const run = ++this.#run;
    const goesRound = this.#playing;
    this.#playing = true;
    const [front, spare] = this.#videos;
    if (goesRound && this.#cued === frame && spare.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && !spare.seeking) {
      this.#videos = [spare, front];
      front.pause(); // it would play on beyond the loop
      // The last frame stands for its own time; starting takes a browser most of that time.
      setTimeout(() => {
        if (run === this.#run) this.#roll(run, rate, speed, onFrame);
      }, (frameDuration_ms(rate) * 0.25) / speed);
      return true;
    }
    const start = (): void => {
      if (run !== this.#run) return;
      front.addEventListener("seeked", () => run === this.#run && this.#roll(run, rate, speed, onFrame), { once: true });
      front.currentTime = seekTarget(frame, rate);
    };
    if (goesRound || front.ended) setTimeout(start, (frameDuration_ms(rate) * 0.75) / speed);
    else start();
    return true;
  }

  /** Readies the spare video on the frame that play will go round to. */
  cue(frame: number): void {
    const { rate, proxy } = this.#source ?? {};
    if (!rate || !proxy) return;
    this.#cued = frame;
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
    this.#playing = false;
    for (const video of this.#videos) video.pause();
  }

  close(): void {
    this.pause();
    this.#ring?.close();
    for (const video of this.#videos) video.removeAttribute("src");
  }

  #inside(frame: number): number {
    return Math.min(frame, (this.#source?.nFrames ?? 1) - 1);
  }

  #roll(run: number, rate: Rate, speed: number, onFrame: (frame: number) => void): void {
    const [video, other] = this.#videos;
    video.playbackRate = speed;
    const presented = (_now: number, meta: VideoFrameCallbackMetadata): void => {
      if (run !== this.#run) return;
      if (video.style.visibility !== "visible") {
        video.style.visibility = "visible";
        other.style.visibility = "hidden";
        other.pause();
      }
      this.#presented = frameAt(meta.mediaTime, rate);
      onFrame(this.#presented);
      if (run === this.#run) video.requestVideoFrameCallback(presented);
    };
    video.requestVideoFrameCallback(presented);
    // A pause that overtakes the start ends the promise; the clock knows already.
    video.play().catch(() => undefined);
  }
}
