/**
 * A film of many parts as one picture, without a join being made: two videos that take turns.
 *
 * While one plays, the other stands on the first frame of what comes next, and starts so early that this
 * frame moves when the last one's time is over. What has no film (a slate, a still, the held end of a take
 * that is too short) is counted by time.
 */

import { frameAt, frameDuration_ms, seekTarget, type Rate, type Span } from "./clock";
import { Parts } from "./parts";
import { Ring } from "./ring";
import type { Layer, Standing } from "./stage";
import { fetchPicture, paintOn, REPAINT_MS, START_MS, startedIn } from "./surface";

export interface ReelPart {
  /** Frames from the first that is shown; those from `nFrames` on hold the last one. */
  frames: Span;
  /** How many frames its content has. */
  nFrames: number;
  /** Address of frame `{n}`; null where there is no picture. */
  pictures: string | null;
  proxy: string | null;
  /** Of its content, where that is another than the film's. */
  rate?: Rate;
}

/** From the last frame of a part until the first of the next one was in front. */
export interface Seam {
  from: number;
  to: number;
  /** Beyond the time that the last frame has by right. */
  late_ms: number;
}

type Video = HTMLVideoElement;
type Load = (address: string) => Promise<ImageBitmap>;

interface Stretch {
  /** Of the part. */
  index: number;
  /** Frame of the film that it begins with, and the last one. */
  first: number;
  last: number;
  /** Frame of the content that it begins with. */
  own: number;
  proxy: string | null;
}

interface Cue {
  stretch: Stretch;
  started: boolean;
}

// A film that has not come after this is not waited for: its frames are shown one by one.
const PATIENCE_MS = 1_000;
// This many parts without film are looked past for the next one that has it.
const LOOK_AHEAD = 8;

export class Reel implements Layer {
  readonly canvas: HTMLCanvasElement;
  onSeam: (seam: Seam) => void = () => undefined;
  #videos: [Video, Video];
  #arrived: (frame: number) => void;
  #loadPicture: Load;
  #parts = new Parts<ReelPart>([]);
  #rate: Rate = { num: 24, den: 1 };
  #ring: Ring<ImageBitmap> | null = null;
  #run = 0;
  #isPlaying = false;
  #speed = 1;
  #muted = false;
  #round = { frame: 0, last: 0 };
  #now: Stretch | null = null;
  #cue: Cue | null = null;
  #onFrame: (frame: number) => void = () => undefined;
  #presented = 0;
  /** When the time of the frame in front is over. */
  #due_ms = 0;
  #start_ms = START_MS;

  constructor(canvas: HTMLCanvasElement, videos: [Video, Video], arrived: (frame: number) => void, load: Load = fetchPicture) {
    this.canvas = canvas;
    this.#videos = videos;
    this.#arrived = arrived;
    this.#loadPicture = load;
  }

  load(parts: readonly ReelPart[], rate: Rate): void {
    this.pause();
    this.#ring?.close();
    this.#parts = new Parts(parts);
    this.#rate = rate;
    this.#round = { frame: 0, last: this.#parts.nFrames - 1 };
    this.#ring = new Ring(
      (frame) => this.#loadPicture(this.#picture(frame) ?? ""),
      Math.max(1, this.#parts.nFrames),
      (frame) => this.#arrived(frame),
    );
  }

  sound(volume: number, muted: boolean): void {
    this.#muted = muted;
    for (const video of this.#videos) {
      video.volume = volume;
      video.muted = muted || video !== this.#videos[0];
    }
  }

  prime(frame: number): void {
    if (this.#picture(frame) !== null) this.#ring?.want(frame);
  }

  standing(frame: number): Standing {
    if (!this.#ring || this.#parts.nFrames === 0) return "empty";
    if (this.#picture(frame) === null || this.#ring.get(frame)) return "here";
    return this.#ring.hasFailed(frame) ? "failed" : "coming";
  }

  paint(frame: number): void {
    paintOn(this.canvas, this.#picture(frame) === null ? null : this.#ring?.get(frame));
    for (const video of this.#videos) video.style.visibility = "hidden";
  }

  play(frame: number, speed: number, onFrame: (frame: number) => void): boolean {
    if (this.#parts.nFrames === 0 || speed < 0 || !("requestVideoFrameCallback" in this.#videos[0])) return false;
    this.#onFrame = onFrame;
    this.#speed = speed;
    // Goes round: the seam is under way already.
    if (this.#isPlaying && frame === this.#round.frame) return true;
    const run = ++this.#run;
    this.#isPlaying = true;
    const stretch = this.#stretch(frame);
    this.#now = stretch;
    this.#presented = frame;
    this.#due_ms = performance.now();
    this.#cue = stretch.proxy === null ? null : { stretch, started: false };
    if (stretch.proxy !== null) this.#stand(this.#videos[1], stretch);
    this.#enter(run, stretch);
    return true;
  }

  cue(frame: number, last: number): void {
    this.#round = { frame, last };
    if (this.#isPlaying && this.#now && this.#cue?.stretch !== this.#now) this.#ready();
  }

  pace(speed: number): void {
    this.#speed = Math.abs(speed);
    for (const video of this.#videos) video.playbackRate = this.#speed;
  }

  /** A film leads; nothing plays along behind another. */
  keepUp(frame: number): void {
    this.prime(frame);
    if (this.standing(frame) === "here") this.paint(frame);
  }

  pause(): void {
    this.#run++;
    this.#isPlaying = false;
    this.#now = null;
    this.#cue = null;
    for (const video of this.#videos) video.pause();
  }

  close(): void {
    this.pause();
    this.#ring?.close();
    for (const video of this.#videos) video.removeAttribute("src");
  }

  /** Address of what stands at a frame of the film, or null. */
  #picture(frame: number): string | null {
    const at = this.#parts.at(frame);
    return at?.part.pictures?.replace("{n}", String(Math.min(at.frame, at.part.nFrames - 1))) ?? null;
  }

  /** From a frame of the film as far as it can be shown in one way. */
  #stretch(frame: number): Stretch {
    const at = this.#parts.at(frame);
    if (!at) return { index: 0, first: 0, last: 0, own: 0, proxy: null };
    const { part, index, frame: own } = at;
    const filmed = part.proxy !== null && part.nFrames > 1 && own < part.nFrames;
    const last = this.#parts.of(index, (filmed ? Math.min(part.frames.end, part.nFrames) : part.frames.end) - 1);
    return { index, first: frame, last, own, proxy: filmed ? part.proxy : null };
  }

  /** Where a stretch really ends: where play goes round, if that comes first. */
  #last(stretch: Stretch): number {
    const { last } = this.#round;
    return stretch.first <= last ? Math.min(stretch.last, last) : stretch.last;
  }

  #after(stretch: Stretch): Stretch {
    const last = this.#last(stretch);
    return this.#stretch(last === this.#round.last || last + 1 >= this.#parts.nFrames ? this.#round.frame : last + 1);
  }

  /** Puts the spare video on the first frame of the next stretch that has film. */
  #ready(): void {
    let next = this.#now ? this.#after(this.#now) : null;
    if (next && next.proxy === null && this.#now?.proxy !== null) this.prime(next.first);
    for (let ahead = 0; next && next.proxy === null && ahead < LOOK_AHEAD; ahead++) next = this.#after(next);
    if (!next || next.proxy === null) {
      this.#cue = null;
      return;
    }
    const known = this.#cue?.stretch;
    if (known?.proxy === next.proxy && known.first === next.first) return;
    this.#cue = { stretch: next, started: false };
    this.#stand(this.#videos[1], next);
  }

  #stand(video: Video, { proxy, own, index }: Stretch): void {
    const run = this.#run;
    const rate = this.#rateOf(index);
    const to = (): void => {
      if (run === this.#run && video === this.#videos[1]) video.currentTime = seekTarget(own, rate);
    };
    video.pause();
    if (video.getAttribute("src") === proxy && video.readyState >= HTMLMediaElement.HAVE_METADATA) {
      to();
      return;
    }
    video.addEventListener("loadedmetadata", to, { once: true });
    if (video.getAttribute("src") !== proxy) video.setAttribute("src", proxy ?? "");
  }

  /** Starts the spare so early that its first frame moves when its turn comes. */
  #anticipate(left_ms: number): void {
    const cue = this.#cue;
    const spare = this.#videos[1];
    if (!cue || !this.#now || cue.started || cue.stretch.first !== this.#after(this.#now).first) return;
    if (left_ms > this.#start_ms || !this.#stands(spare, cue.stretch)) return;
    cue.started = true;
    const run = this.#run;
    const frame_ms = frameDuration_ms(this.#rateOf(cue.stretch.index)) / this.#speed;
    startedIn(spare, this.#speed, (took_ms) => {
      if (run === this.#run) this.#start_ms = (3 * this.#start_ms + Math.min(400, took_ms - frame_ms)) / 4;
    });
  }

  #stands(video: Video, { own, proxy, index }: Stretch): boolean {
    if (video.getAttribute("src") !== proxy || video.seeking || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return false;
    return Math.abs(video.currentTime - seekTarget(own, this.#rateOf(index))) < 1 / 1000;
  }

  #rateOf(index: number): Rate {
    return this.#parts.parts[index]?.rate ?? this.#rate;
  }

  /** How long a frame of the stretch that plays stands. */
  get #frame_ms(): number {
    return frameDuration_ms(this.#now ? this.#rateOf(this.#now.index) : this.#rate) / this.#speed;
  }

  /** The time of the frame in front ends with a stretch: the next one is entered then. */
  #leave(run: number): void {
    const next = this.#now ? this.#after(this.#now) : null;
    if (!next) return;
    setTimeout(() => {
      if (run !== this.#run) return;
      this.#now = next;
      this.#enter(run, next);
    }, Math.max(0, this.#due_ms - performance.now() - REPAINT_MS));
  }

  #enter(run: number, next: Stretch): void {
    const spare = this.#videos[1];
    if (next.proxy === null) {
      this.#videos[0].pause();
      this.#count(run, next, next.first);
      return;
    }
    const cue = this.#cue;
    if (cue?.stretch.first === next.first && (cue.started || this.#stands(spare, next))) {
      this.#roll(run, next);
      return;
    }
    // Not here yet: the last frame stays until it is, or until nobody would wait for it.
    this.#videos[0].pause();
    if (cue?.stretch.first !== next.first) {
      this.#cue = { stretch: next, started: false };
      this.#stand(spare, next);
    }
    const since_ms = performance.now();
    const look = (): void => {
      if (run !== this.#run) return;
      if (this.#stands(spare, next)) this.#roll(run, next);
      else if (performance.now() - since_ms < PATIENCE_MS) setTimeout(look, REPAINT_MS / 2);
      else this.#count(run, next, next.first);
    };
    look();
  }

  #tell(frame: number): void {
    const before = this.#presented;
    this.#presented = frame;
    this.#onFrame(frame);
    if (this.#parts.at(before)?.index !== this.#parts.at(frame)?.index) {
      this.onSeam({ from: before, to: frame, late_ms: performance.now() - this.#due_ms });
    }
  }

  /** Shows a stretch frame by frame, by time alone. */
  #count(run: number, stretch: Stretch, frame: number): void {
    if (run !== this.#run) return;
    const at = this.#parts.at(frame);
    // The end of a film that is held stands in its video already; anything else stands on the canvas.
    const isHeld = at !== null && at.part.nFrames > 1 && at.frame >= at.part.nFrames && this.#videos[0].style.visibility === "visible";
    this.prime(frame);
    if (!isHeld && this.standing(frame) === "here") this.paint(frame);
    this.#tell(frame);
    if (run !== this.#run) return;
    this.#ready();
    this.#due_ms = Math.max(this.#due_ms, performance.now() - this.#frame_ms) + this.#frame_ms;
    const last = this.#last(stretch);
    this.#anticipate((last - frame) * this.#frame_ms + this.#due_ms - performance.now());
    if (frame >= last) this.#leave(run);
    else setTimeout(() => this.#count(run, stretch, frame + 1), Math.max(0, this.#due_ms - performance.now()));
  }

  /** The spare comes to the front and plays. */
  #roll(run: number, stretch: Stretch): void {
    const [before, video] = this.#videos;
    this.#videos = [video, before];
    const wasStarted = this.#cue?.started ?? false;
    this.#cue = null;
    before.pause();
    before.muted = true;
    video.muted = this.#muted;
    video.playbackRate = this.#speed;
    video.style.visibility = "visible";
    before.style.visibility = "hidden";
    const last = (): number => this.#last(stretch);
    const rate = this.#rateOf(stretch.index);
    const half_s = 0.5 * (rate.den / rate.num);
    const filmFrame = (seconds: number): number =>
      Math.min(last(), Math.max(stretch.first, this.#parts.of(stretch.index, frameAt(seconds, rate))));
    let isOver = false;
    const presented = (now_ms: number, media_s: number): void => {
      if (run !== this.#run || isOver) return;
      const frame = filmFrame(media_s);
      isOver = frame >= last();
      this.#tell(frame);
      if (run !== this.#run) return;
      this.#due_ms = now_ms + this.#frame_ms;
      this.#anticipate((last() - frame) * this.#frame_ms + this.#due_ms - performance.now());
      if (isOver) this.#leave(run);
      else video.requestVideoFrameCallback((_now, meta) => presented(meta.expectedDisplayTime, meta.mediaTime));
    };
    // A film that ends or breaks before its last frame was presented goes on with what comes next.
    const over = (): void => presented(performance.now(), seekTarget(this.#parts.parts[stretch.index]?.nFrames ?? 0, rate));
    video.onended = over;
    video.onerror = over;
    presented(performance.now(), (wasStarted ? video.currentTime : seekTarget(stretch.own, rate)) - half_s);
    if (run === this.#run && !isOver) this.#ready();
    // A pause that overtakes the start ends the promise; the clock knows already.
    if (!wasStarted) video.play().catch(() => undefined);
  }
}
