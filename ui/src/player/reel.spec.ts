import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Clock, frameDuration_ms, type Rate, seekTarget } from "./clock";
import { Reel, type ReelPart, type Seam } from "./reel";
import { Stage } from "./stage";

const RATE = { num: 25, den: 1 };
const FRAME_MS = 40;
// From play() until the first frame has stood as long as it should: what browsers take.
const START_MS = 80;
const READY = { metadata: 1, current: 2 };

/** A video that comes a while after it was asked for, plays by the clock, and presents a frame each 40 ms. */
class FakeVideo extends EventTarget {
  static come_ms = 20;
  static nFrames: Record<string, number> = {};
  static rates: Record<string, Rate> = {};
  style = { visibility: "hidden" };
  src: string | null = null;
  readyState = 0;
  seeking = false;
  paused = true;
  muted = false;
  volume = 1;
  playbackRate = 1;
  onended: (() => void) | null = null;
  onerror: (() => void) | null = null;
  #at_s = 0;
  #waiting: VideoFrameRequestCallback[] = [];
  #beat: ReturnType<typeof setTimeout> | null = null;

  get currentTime(): number {
    return this.#at_s;
  }
  set currentTime(to_s: number) {
    this.seeking = true;
    setTimeout(() => {
      this.#at_s = to_s;
      this.seeking = false;
      this.readyState = READY.current;
      this.dispatchEvent(new Event("seeked"));
    }, 5);
  }
  getAttribute(): string | null {
    return this.src;
  }
  setAttribute(_name: string, src: string): void {
    this.src = src;
    this.readyState = 0;
    setTimeout(() => {
      if (this.src !== src || !(src in FakeVideo.nFrames)) return;
      this.readyState = READY.metadata;
      this.dispatchEvent(new Event("loadedmetadata"));
    }, FakeVideo.come_ms);
  }
  removeAttribute(): void {
    this.src = null;
  }
  requestVideoFrameCallback(told: VideoFrameRequestCallback): number {
    this.#waiting.push(told);
    return 0;
  }
  play(): Promise<void> {
    this.paused = false;
    if (this.#beat === null) this.#beat = setTimeout(() => this.#next(), START_MS + frameDuration_ms(this.#rate) / this.playbackRate);
    return Promise.resolve();
  }
  pause(): void {
    this.paused = true;
    if (this.#beat !== null) clearTimeout(this.#beat);
    this.#beat = null;
  }
  #next(): void {
    const { num } = this.#rate;
    const next = Math.floor(this.#at_s * num) + 1;
    if (next >= (FakeVideo.nFrames[this.src ?? ""] ?? 0)) {
      this.pause();
      this.onended?.();
      return;
    }
    this.#at_s = (next + 0.5) / num;
    const heard = this.#waiting;
    this.#waiting = [];
    const now = performance.now();
    for (const told of heard) told(now, { mediaTime: next / num, expectedDisplayTime: now } as VideoFrameCallbackMetadata);
    if (!this.paused) this.#beat = setTimeout(() => this.#next(), frameDuration_ms(this.#rate) / this.playbackRate);
  }
  get #rate(): Rate {
    return FakeVideo.rates[this.src ?? ""] ?? RATE;
  }
}

const pen = { drawImage: () => undefined, fillRect: () => undefined };
const film = (name: string, start: number, length: number, nFrames: number): ReelPart => {
  FakeVideo.nFrames[name] = Math.max(nFrames, FakeVideo.nFrames[name] ?? 0);
  return { frames: { start, end: start + length }, nFrames, pictures: `${name}/{n}`, proxy: name };
};
const still = (name: string, length: number): ReelPart => ({ frames: { start: 0, end: length }, nFrames: 1, pictures: `${name}/{n}`, proxy: null });
const slate = (length: number): ReelPart => ({ frames: { start: 0, end: length }, nFrames: length, pictures: null, proxy: null });

describe("a reel", () => {
  let videos: [FakeVideo, FakeVideo];
  let asked: string[];
  let seams: Seam[];
  let told: { frame: number; at_ms: number; front: string }[];
  let reel: Reel;
  let clock: Clock;
  const front = (): string => videos.find((one) => one.style.visibility === "visible")?.src ?? "canvas";

  function load(...parts: ReelPart[]): void {
    const nFrames = parts.reduce((sum, { frames }) => sum + frames.end - frames.start, 0);
    reel.load(parts, RATE);
    clock.load(nFrames, RATE);
  }

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    vi.stubGlobal("HTMLMediaElement", { HAVE_METADATA: READY.metadata, HAVE_CURRENT_DATA: READY.current });
    FakeVideo.come_ms = 20;
    FakeVideo.nFrames = {};
    FakeVideo.rates = {};
    videos = [new FakeVideo(), new FakeVideo()];
    [asked, seams, told] = [[], [], []];
    const canvas = { width: 16, height: 9, getContext: () => pen };
    const stage = new Stage({ drawn: () => undefined, waiting: () => undefined, failed: () => undefined });
    reel = new Reel(
      canvas as unknown as HTMLCanvasElement,
      videos as unknown as [HTMLVideoElement, HTMLVideoElement],
      () => stage.arrived(),
      (address) => {
        asked.push(address);
        return Promise.resolve({ width: 16, height: 9, close: () => undefined } as unknown as ImageBitmap);
      },
    );
    reel.onSeam = (seam) => seams.push(seam);
    stage.lead(reel);
    clock = new Clock(() => {
      if (clock.playing && told.at(-1)?.frame !== clock.frame) told.push({ frame: clock.frame, at_ms: performance.now(), front: front() });
    });
    clock.attach(stage);
  });
  afterEach(() => {
    clock.pause();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("plays every frame of every part in order, and comes round", async () => {
    load(film("a", 0, 25, 25), film("b", 10, 25, 60), still("c", 10), slate(10), film("d", 0, 20, 20));
    clock.play();
    await vi.advanceTimersByTimeAsync(91 * FRAME_MS + 200);
    const frames = told.map(({ frame }) => frame);
    expect(frames.slice(0, 90)).toEqual(Array.from({ length: 90 }, (_, frame) => frame));
    expect(frames.slice(90, 92)).toEqual([0, 1]);
    expect(seams.map(({ from, to }) => [from, to])).toEqual([[24, 25], [49, 50], [59, 60], [69, 70], [89, 0]]);
  });

  it("puts each part in front on time, with the next one standing ready", async () => {
    load(film("a", 0, 25, 25), film("b", 10, 25, 60), film("c", 5, 25, 60));
    clock.play();
    await vi.advanceTimersByTimeAsync(10 * FRAME_MS);
    expect(videos.map(({ src }) => src).sort()).toEqual(["a", "b"]);
    expect(videos.find(({ src }) => src === "b")?.currentTime).toBeCloseTo(seekTarget(10, RATE));
    await vi.advanceTimersByTimeAsync(60 * FRAME_MS);
    expect(Math.max(...seams.map(({ late_ms }) => Math.abs(late_ms)))).toBeLessThanOrEqual(2 * FRAME_MS);
    const at = (frame: number): string | undefined => told.find((one) => one.frame === frame)?.front;
    expect([at(10), at(25), at(40), at(50), at(60)]).toEqual(["a", "b", "b", "c", "c"]);
  });

  it("holds the last frame of a take that is too short, by time", async () => {
    load(film("a", 0, 30, 20), film("b", 0, 10, 10));
    clock.play();
    await vi.advanceTimersByTimeAsync(25 * FRAME_MS);
    expect(front()).toBe("a");
    expect(clock.frame).toBeGreaterThan(19);
    await vi.advanceTimersByTimeAsync(10 * FRAME_MS);
    expect(front()).toBe("b");
    const begun = (frame: number): number => told.find((one) => one.frame === frame)?.at_ms ?? NaN;
    expect((begun(30) - begun(20)) / FRAME_MS).toBeCloseTo(10, 0);
  });

  it("plays each part at its own rate, and stands ready in its own seconds", async () => {
    const quick = { num: 50, den: 1 };
    FakeVideo.rates["quick"] = quick;
    load(film("a", 0, 10, 10), { ...film("quick", 10, 40, 60), rate: quick }, film("b", 5, 10, 20));
    clock.play();
    await vi.advanceTimersByTimeAsync(4 * FRAME_MS);
    expect(videos.find(({ src }) => src === "quick")?.currentTime).toBeCloseTo(seekTarget(10, quick));
    await vi.advanceTimersByTimeAsync(40 * FRAME_MS);
    const frames = told.map(({ frame }) => frame);
    expect(frames.slice(0, 60)).toEqual(Array.from({ length: 60 }, (_, frame) => frame));
    const begun = (frame: number): number => told.find((one) => one.frame === frame)?.at_ms ?? NaN;
    expect((begun(50) - begun(10)) / frameDuration_ms(quick)).toBeCloseTo(40, -1);
    expect(Math.max(...seams.map(({ late_ms }) => Math.abs(late_ms)))).toBeLessThanOrEqual(2 * FRAME_MS);
  });

  it("goes on frame by frame where a film never comes", async () => {
    const lost = { ...film("lost", 0, 10, 10) };
    delete FakeVideo.nFrames["lost"];
    load(film("a", 0, 10, 10), lost, film("b", 0, 10, 10));
    clock.play();
    await vi.advanceTimersByTimeAsync(2_600);
    expect(told.map(({ frame }) => frame)).toEqual(expect.arrayContaining([12, 19, 20, 25]));
    expect(asked).toContain("lost/3");
  });

  it("steps to the picture of the right frame of the right part", async () => {
    load(film("a", 0, 10, 10), film("b", 7, 10, 12), still("c", 10), slate(5));
    for (const [frame, address] of [[3, "a/3"], [10, "b/7"], [19, "b/11"], [25, "c/0"]] as const) {
      clock.seek(frame);
      await vi.advanceTimersByTimeAsync(1);
      expect(asked).toContain(address);
      expect(reel.standing(frame)).toBe("here");
    }
    asked = [];
    clock.seek(32);
    expect(reel.standing(32)).toBe("here");
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).not.toContain("");
  });

  it("stops where it is, and starts no part after that", async () => {
    load(film("a", 0, 10, 10), film("b", 0, 10, 10));
    clock.play();
    await vi.advanceTimersByTimeAsync(9 * FRAME_MS);
    clock.pause();
    const { frame } = clock;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(clock.frame).toBe(frame);
    expect(videos.every((one) => one.paused)).toBe(true);
  });

  it("goes round a loop inside one part, and over a seam", async () => {
    load(film("a", 0, 20, 20), film("b", 0, 20, 20));
    clock.loopOver({ start: 15, end: 26 });
    clock.seek(15);
    clock.play();
    await vi.advanceTimersByTimeAsync(30 * FRAME_MS);
    const frames = told.map(({ frame }) => frame);
    expect(Math.min(...frames)).toBe(15);
    expect(Math.max(...frames)).toBe(25);
    expect(frames.filter((frame) => frame === 15).length).toBeGreaterThanOrEqual(2);
  });

  it("leaves playing backwards to the clock, and an empty film to nobody", () => {
    load(film("a", 0, 10, 10));
    expect(reel.play(5, -1, () => undefined)).toBe(false);
    reel.load([], RATE);
    expect(reel.play(0, 1, () => undefined)).toBe(false);
    expect(reel.standing(0)).toBe("empty");
  });
});
