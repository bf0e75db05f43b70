import { describe, expect, it } from "vitest";
import { Clock, frameAt, seekTarget, type Rate, type Surface } from "./clock";

const RATES: Rate[] = [
  { num: 24000, den: 1001 },
  { num: 24, den: 1 },
  { num: 25, den: 1 },
  { num: 30000, den: 1001 },
  { num: 30, den: 1 },
  { num: 60, den: 1 },
  { num: 50, den: 1 },
  { num: 60000, den: 1001 },
];

class Shown implements Surface {
  frames: number[] = [];
  started: number[] = [];
  onFrame: (frame: number) => void = () => undefined;
  constructor(private readonly playsAlone: boolean) {}
  show(frame: number): void {
    this.frames.push(frame);
  }
  play(frame: number, _speed: number, onFrame: (frame: number) => void): boolean {
    this.started.push(frame);
    this.onFrame = onFrame;
    return this.playsAlone;
  }
  cued: number[] = [];
  cue(frame: number): void {
    this.cued.push(frame);
  }
  paces: number[] = [];
  pace(speed: number): void {
    this.paces.push(speed);
  }
  pause(): void {}
}

describe("time", () => {
  it.each(RATES)("comes back from seconds to the same frame at $num/$den", (rate) => {
    for (let frame = 0; frame <= 1_000_000; frame += 997) {
      expect(frameAt((frame * rate.den) / rate.num, rate)).toBe(frame);
    }
  });

  it.each(RATES)("seeks to the middle of the frame at $num/$den", (rate) => {
    const middle = seekTarget(1043, rate);
    expect(middle).toBeGreaterThan((1043 * rate.den) / rate.num);
    expect(middle).toBeLessThan((1044 * rate.den) / rate.num);
  });
});

describe("a clock", () => {
  it("keeps its frame when another take is loaded, unless that take is shorter", () => {
    const clock = new Clock();
    clock.load(240, RATES[1]!);
    clock.seek(200);
    clock.load(220, RATES[1]!);
    expect(clock.frame).toBe(200);
    clock.load(100, RATES[1]!);
    expect(clock.frame).toBe(99);
  });

  it("never leaves the take", () => {
    const clock = new Clock();
    clock.load(10, RATES[1]!);
    clock.step(-1);
    expect(clock.frame).toBe(0);
    clock.seek(99);
    expect(clock.frame).toBe(9);
  });

  it("shows the stored frame of the last one presented when it pauses", () => {
    const clock = new Clock();
    const surface = new Shown(true);
    clock.attach(surface);
    clock.load(240, RATES[1]!);
    clock.play();
    surface.onFrame(31);
    clock.pause();
    expect(surface.frames.at(-1)).toBe(31);
    expect(clock.playing).toBe(false);
  });

  it("turns back to the in point at the end of the loop", () => {
    const clock = new Clock();
    const surface = new Shown(true);
    clock.attach(surface);
    clock.load(240, RATES[1]!);
    clock.seek(20);
    clock.setIn();
    clock.seek(29);
    clock.setOut();
    expect(clock.loop).toEqual({ start: 20, end: 30 });
    clock.seek(25);
    clock.play();
    surface.onFrame(29);
    expect(surface.started).toEqual([25, 20]);
    expect(surface.cued).toEqual([20]);
    surface.onFrame(20);
    expect(surface.cued).toEqual([20, 20]); // readied again, once the turn is done
  });

  it("plays at the chosen speed, and goes on at another without stopping", () => {
    let now_ms = 0;
    const clock = new Clock(undefined, () => now_ms);
    const surface = new Shown(true);
    clock.attach(surface);
    clock.load(240, RATES[1]!);
    clock.setTempo(0.5);
    clock.toggle();
    expect([clock.speed, surface.paces]).toEqual([0.5, []]);
    clock.setTempo(9);
    expect([clock.speed, clock.playing, surface.paces]).toEqual([4, true, [4]]);
    // where the clock counts itself, it counts on from where it is
    const counted = new Clock(undefined, () => now_ms);
    counted.attach(new Shown(false));
    counted.load(240, RATES[1]!);
    counted.setTempo(0.5);
    counted.toggle();
    now_ms = 1000;
    counted.tick();
    counted.setTempo(2);
    now_ms = 2000;
    counted.tick();
    expect(counted.frame).toBe(12 + 48);
  });

  it("counts backwards by itself and goes round", () => {
    let now_ms = 0;
    const clock = new Clock(undefined, () => now_ms);
    clock.attach(new Shown(false));
    clock.load(48, RATES[1]!);
    clock.seek(10);
    clock.shuttle(-1);
    now_ms = 500;
    clock.tick();
    expect(clock.frame).toBe(46);
  });

  it("doubles its speed with each press and turns round with the other key", () => {
    const clock = new Clock();
    clock.load(48, RATES[1]!);
    const speeds = [1, 1, 1, 1, -1].map((direction) => {
      clock.shuttle(direction as 1 | -1);
      return clock.speed;
    });
    expect(speeds).toEqual([1, 2, 4, 4, -1]);
  });
});
