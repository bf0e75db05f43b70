/** Where a take is: integer frames, converted from and to seconds in this file alone. */

export interface Rate {
  num: number;
  den: number;
}

/** Frames `start` up to but not including `end`. */
export interface Span {
  start: number;
  end: number;
}

/** Something that shows one frame at a time, and may be able to play by itself. */
export interface Surface {
  show(frame: number): void;
  /** Starts playing; false when it cannot play so and the clock has to count. */
  play(frame: number, speed: number, onFrame: (frame: number) => void): boolean;
  /** Readies itself to go round to a frame after the last one, while it plays. */
  cue(frame: number, last: number): void;
  /** Goes on at another speed. */
  pace(speed: number): void;
  pause(): void;
}

export const SPEEDS = [1, 2, 4] as const;

/** The frame presented at a media time; the half frame absorbs what containers round away. */
export const frameAt = (mediaTime_s: number, rate: Rate): number =>
  Math.floor((mediaTime_s * rate.num) / rate.den + 0.5);

/** A seek target in the middle of a frame: its edges belong to either neighbour. */
export const seekTarget = (frame: number, rate: Rate): number => ((frame + 0.5) * rate.den) / rate.num;

export const frameDuration_ms = (rate: Rate): number => (1000 * rate.den) / rate.num;

export class Clock {
  frame = 0;
  playing = false;
  /** Negative is backwards. */
  speed = 1;
  /** Speed that play begins with. */
  tempo = 1;
  nFrames = 1;
  rate: Rate = { num: 24, den: 1 };
  loop: Span | null = null;

  #surface: Surface | null = null;
  #changed: () => void;
  #now: () => number;
  #anchor = { frame: 0, at_ms: 0 };
  #turning = false;

  constructor(changed: () => void = () => undefined, now: () => number = () => performance.now()) {
    this.#changed = changed;
    this.#now = now;
  }

  get span(): Span {
    return this.loop ?? { start: 0, end: this.nFrames };
  }

  attach(surface: Surface | null): void {
    this.#surface = surface;
  }

  /** Takes of one task are looked at on the same frame, unless another is named; what lies beyond the end moves. */
  load(nFrames: number, rate: Rate, frame = this.frame): void {
    this.pause();
    this.nFrames = Math.max(1, nFrames);
    this.rate = rate;
    this.loop = this.loop && this.loop.end <= this.nFrames ? this.loop : null;
    this.frame = this.#inside(frame);
    this.#changed();
  }

  seek(frame: number): void {
    this.#halt();
    this.#to(frame);
    this.#surface?.show(this.frame);
  }

  step(by: number): void {
    this.seek(this.frame + by);
  }

  play(speed = 1): void {
    this.#halt();
    const { start, end } = this.span;
    if (this.frame < start || this.frame >= end - 1) this.frame = speed > 0 ? start : this.#inside(this.frame);
    if (speed < 0 && this.frame <= start) this.frame = end - 1;
    this.speed = speed;
    this.playing = true;
    this.#anchor = { frame: this.frame, at_ms: this.#now() };
    const byItself = this.#surface?.play(this.frame, speed, (frame) => this.#presented(frame)) ?? false;
    this.counting = !byItself;
    if (byItself) this.#surface?.cue(start, end - 1);
    this.#changed();
  }

  /** True while no surface keeps time and `tick` has to be called. */
  counting = false;

  pause(): void {
    if (!this.playing) return;
    this.#halt();
    this.#changed();
    this.#surface?.show(this.frame);
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play(this.tempo);
  }

  /** From 0.25 to 4; what plays goes on at it. */
  setTempo(tempo: number): void {
    this.tempo = Math.min(4, Math.max(0.25, tempo));
    if (this.playing) {
      this.speed = Math.sign(this.speed) * this.tempo;
      this.#anchor = { frame: this.frame, at_ms: this.#now() };
      if (!this.counting) this.#surface?.pace(this.speed);
    }
    this.#changed();
  }

  /** J and L: the first press plays, each more doubles; the other key turns round. */
  shuttle(direction: 1 | -1): void {
    const going = this.playing && Math.sign(this.speed) === direction ? Math.abs(this.speed) : 0;
    const next = SPEEDS.find((speed) => speed > going) ?? SPEEDS[SPEEDS.length - 1] ?? 1;
    this.play(direction * next);
  }

  setIn(): void {
    const end = this.loop && this.loop.end > this.frame ? this.loop.end : this.nFrames;
    this.loopOver({ start: this.frame, end });
  }

  setOut(): void {
    const start = this.loop && this.loop.start <= this.frame ? this.loop.start : 0;
    this.loopOver({ start, end: this.frame + 1 });
  }

  /** Loops these frames; all of them are no loop. */
  loopOver(span: Span): void {
    this.loop = span.start === 0 && span.end === this.nFrames ? null : span;
    if (this.playing && !this.counting) this.#surface?.cue(this.span.start, this.span.end - 1);
    this.#changed();
  }

  clearLoop(): void {
    this.loopOver({ start: 0, end: this.nFrames });
  }

  /** Counts frames from the moment play began, so that no rounding adds up. */
  tick(): void {
    if (!this.playing || !this.counting) return;
    const gone = Math.trunc(((this.#now() - this.#anchor.at_ms) / frameDuration_ms(this.rate)) * this.speed);
    const { start, end } = this.span;
    const length = end - start;
    const frame = start + ((((this.#anchor.frame - start + gone) % length) + length) % length);
    if (frame === this.frame) return;
    this.#to(frame);
    this.#surface?.show(this.frame);
  }

  #presented(frame: number): void {
    if (!this.playing || this.counting) return;
    const { start, end } = this.span;
    this.#to(Math.min(frame, end - 1));
    if (this.#turning) {
      this.#turning = false;
      this.#surface?.cue(start, end - 1); // the other video is free now
    }
    if (frame < end - 1) return;
    this.#turning = true;
    this.#surface?.play(start, this.speed, (next) => this.#presented(next));
  }

  #halt(): void {
    if (this.playing) this.#surface?.pause();
    this.playing = false;
    this.#turning = false;
    this.counting = false;
  }

  #to(frame: number): void {
    this.frame = this.#inside(frame);
    this.#changed();
  }

  #inside(frame: number): number {
    return Math.min(Math.max(Math.trunc(frame), 0), this.nFrames - 1);
  }
}
