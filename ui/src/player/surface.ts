/** A picture on the screen: stored frames on a canvas when paused, the proxy in a video when playing. */

import { frameAt, frameDuration_ms, seekTarget, type Rate, type Surface } from "./clock";
import { Ring } from "./ring";

export interface Source {
  /** Address of frame `{n}`. */
  frames: string;
  proxy: string | null;
  nFrames: number;
  rate: Rate;
}

export interface SurfaceEvents {
  /** A frame stands on the canvas. */
  drawn(frame: number): void;
  /** The wanted frame is not here yet; the one before it stays, dimmed. */
  waiting(frame: number): void;
  failed(frame: number): void;
}

async function fetchPicture(address: string): Promise<ImageBitmap> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${String(response.status)} at ${address}`);
  return createImageBitmap(await response.blob());
}

export class PictureSurface implements Surface {
  #canvas: HTMLCanvasElement;
  #video: HTMLVideoElement;
  #events: SurfaceEvents;
  #source: Source | null = null;
  #ring: Ring<ImageBitmap> | null = null;
  #wanted = 0;
  #run = 0;

  constructor(canvas: HTMLCanvasElement, video: HTMLVideoElement, events: SurfaceEvents) {
    this.#canvas = canvas;
    this.#video = video;
    this.#events = events;
  }

  load(source: Source | null): void {
    this.pause();
    this.#ring?.close();
    this.#ring = null;
    this.#source = source;
    this.#video.style.visibility = "hidden";
    if (!source) return;
    if (source.proxy) this.#video.src = source.proxy;
    else this.#video.removeAttribute("src");
    this.#ring = new Ring(
      (frame) => fetchPicture(source.frames.replace("{n}", String(frame))),
      source.nFrames,
      (frame) => {
        if (frame === this.#wanted) this.#draw(frame);
      },
    );
  }

  show(frame: number): void {
    this.#wanted = frame;
    if (!this.#ring) return;
    this.#ring.want(frame);
    this.#draw(frame);
  }

  play(frame: number, speed: number, onFrame: (frame: number) => void): boolean {
    const { rate, proxy } = this.#source ?? {};
    if (!rate || !proxy || speed < 0 || !("requestVideoFrameCallback" in this.#video)) return false;
    const run = ++this.#run;
    const video = this.#video;
    const again = !video.paused;
    const start = (): void => {
      if (run !== this.#run) return;
      video.playbackRate = speed;
      video.addEventListener("seeked", () => run === this.#run && void this.#roll(run, rate, onFrame), { once: true });
      video.currentTime = seekTarget(frame, rate);
    };
    // Going round: the last frame stands for its own time before the first one is sought.
    if (again || video.ended) setTimeout(start, (frameDuration_ms(rate) * 0.75) / speed);
    else start();
    return true;
  }

  pause(): void {
    this.#run++;
    this.#video.pause();
  }

  close(): void {
    this.pause();
    this.#ring?.close();
    this.#video.removeAttribute("src");
  }

  async #roll(run: number, rate: Rate, onFrame: (frame: number) => void): Promise<void> {
    const presented = (_now: number, meta: VideoFrameCallbackMetadata): void => {
      if (run !== this.#run) return;
      this.#video.style.visibility = "visible";
      onFrame(frameAt(meta.mediaTime, rate));
      if (run === this.#run) this.#video.requestVideoFrameCallback(presented);
    };
    this.#video.requestVideoFrameCallback(presented);
    try {
      await this.#video.play();
    } catch {
      // A pause that overtakes the start ends the promise; the clock knows already.
    }
  }

  #draw(frame: number): void {
    const picture = this.#ring?.get(frame);
    if (!picture) {
      if (this.#ring?.hasFailed(frame)) this.#events.failed(frame);
      else this.#events.waiting(frame);
      return;
    }
    if (this.#canvas.width !== picture.width || this.#canvas.height !== picture.height) {
      this.#canvas.width = picture.width;
      this.#canvas.height = picture.height;
    }
    this.#canvas.getContext("2d", { alpha: false })?.drawImage(picture, 0, 0);
    this.#video.style.visibility = "hidden";
    this.#events.drawn(frame);
  }
}
