import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Stage, type Layer, type Standing } from "./stage";

class Shelf implements Layer {
  painted: number[] = [];
  wanted = -1;
  here = new Set<number>();
  broken = new Set<number>();
  kept: [number, number][] = [];
  started: number[] = [];
  onFrame: (frame: number) => void = () => undefined;
  constructor(private readonly plays = true) {}
  prime(frame: number): void {
    this.wanted = frame;
  }
  standing(frame: number): Standing {
    return this.broken.has(frame) ? "failed" : this.here.has(frame) ? "here" : "coming";
  }
  paint(frame: number): void {
    this.painted.push(frame);
  }
  play(frame: number, _speed: number, onFrame: (frame: number) => void): boolean {
    this.started.push(frame);
    this.onFrame = onFrame;
    return this.plays;
  }
  cue(): void {}
  paces: number[] = [];
  pace(speed: number): void {
    this.paces.push(speed);
  }
  keepUp(frame: number, speed: number): void {
    this.kept.push([frame, speed]);
  }
  pause(): void {}
}

describe("a stage", () => {
  let told: string[];
  let stage: Stage;
  beforeEach(() => {
    told = [];
    stage = new Stage({
      drawn: (frame) => told.push(`drawn ${String(frame)}`),
      waiting: (frame) => told.push(`waiting ${String(frame)}`),
      failed: (frame) => told.push(`failed ${String(frame)}`),
    });
  });

  it("says that a frame failed where one that follows could not read it", () => {
    const [a, b] = [new Shelf(), new Shelf()];
    stage.lead(a);
    stage.join(b);
    a.here.add(7);
    b.broken.add(7);
    stage.show(7);
    expect(told.at(-1)).toBe("failed 7");
  });

  it("waits again where one joins that has not come to the frame", () => {
    const [a, b] = [new Shelf(), new Shelf()];
    a.here.add(0);
    stage.lead(a);
    stage.show(0);
    expect(told.at(-1)).toBe("drawn 0");
    stage.join(b);
    expect(told.at(-1)).toBe("waiting 0");
    b.here.add(0);
    stage.arrived();
    expect(told.at(-1)).toBe("drawn 0");
  });

  it("paints no surface before the frame is on all of them", () => {
    const [a, b] = [new Shelf(), new Shelf()];
    stage.lead(a);
    stage.join(b);
    a.here.add(7);
    stage.show(7);
    expect([a.painted, b.painted]).toEqual([[], []]);
    b.here.add(7);
    stage.arrived();
    expect([a.painted, b.painted]).toEqual([[7], [7]]);
    expect(told.at(-1)).toBe("drawn 7");
  });

  it("goes on without a follower whose frame cannot be read, and says so of the leader's", () => {
    const [a, b] = [new Shelf(), new Shelf()];
    stage.lead(a);
    stage.join(b);
    a.here.add(3);
    b.broken.add(3);
    stage.show(3);
    expect(a.painted).toEqual([3]);
    a.broken.add(4);
    b.here.add(4);
    stage.show(4);
    expect(told.at(-1)).toBe("failed 4");
  });

  it("tells followers what the leader presented, at the leader's speed", () => {
    const [a, b] = [new Shelf(), new Shelf()];
    stage.lead(a);
    stage.join(b);
    expect(stage.play(0, 0.5, () => undefined)).toBe(true);
    a.onFrame(12);
    stage.pace(2);
    a.onFrame(13);
    expect(b.kept).toEqual([[12, 0.5], [13, 2]]);
    expect([a.paces, b.paces]).toEqual([[2], [2]]);
    expect(b.started).toEqual([0]);
  });

  it("has nobody play where the leader cannot, for then the clock counts for all", () => {
    const [a, b] = [new Shelf(false), new Shelf()];
    stage.lead(a);
    stage.join(b);
    expect(stage.play(0, -1, () => undefined)).toBe(false);
    expect(b.started).toEqual([]);
  });

  it("shows somebody who joins the frame that stands, and forgets who left", () => {
    const [a, b] = [new Shelf(), new Shelf()];
    a.here.add(5);
    b.here.add(5);
    stage.lead(a);
    stage.show(5);
    const leave = stage.join(b);
    expect(b.painted).toEqual([5]);
    leave();
    stage.show(5);
    expect(b.painted).toEqual([5]);
  });
});

/** A surface that has larger pictures too. */
class Sharp extends Shelf {
  kind: string | null = null;
  wantedFull = -1;
  hereFull = new Set<number>();
  brokenFull = new Set<number>();
  fullOf(kind: string | null): void {
    this.kind = kind;
  }
  primeFull(frame: number): void {
    this.wantedFull = frame;
  }
  standingFull(frame: number): Standing {
    if (this.kind === null) return "empty";
    return this.brokenFull.has(frame) ? "failed" : this.hereFull.has(frame) ? "here" : "coming";
  }
  paintFull(frame: number): void {
    this.painted.push(frame + 0.5);
  }
}

describe("pictures larger than the stored ones", () => {
  let told: string[];
  let stage: Stage;
  let a: Sharp;
  let b: Sharp;
  beforeEach(() => {
    vi.useFakeTimers();
    told = [];
    stage = new Stage({ drawn: () => undefined, waiting: () => undefined, failed: () => undefined, full: (standing) => told.push(standing) });
    [a, b] = [new Sharp(), new Sharp()];
    for (const one of [a, b]) for (let frame = 0; frame < 9; frame++) one.here.add(frame);
    stage.lead(a);
  });
  afterEach(() => void vi.useRealTimers());

  it("are asked for once the picture rests, and the stored one stands until then", () => {
    stage.sharpen("full");
    stage.show(3);
    stage.show(4);
    expect([a.wantedFull, a.painted.at(-1)]).toEqual([-1, 4]);
    vi.advanceTimersByTime(200);
    expect(a.wantedFull).toBe(4);
    expect(told.at(-1)).toBe("coming");
    a.hereFull.add(4);
    stage.arrivedFull();
    expect(a.painted.at(-1)).toBe(4.5);
    expect(told.at(-1)).toBe("here");
    const before = a.painted.length;
    stage.arrived(); // a neighbour came
    expect(a.painted.length).toBe(before);
    stage.show(5);
    expect(a.painted.at(-1)).toBe(5);
    expect(told.at(-1)).toBe("coming");
  });

  it("of an older frame are not painted over a newer one", () => {
    stage.sharpen("full");
    stage.show(3);
    vi.advanceTimersByTime(200);
    stage.show(4);
    a.hereFull.add(3);
    stage.arrivedFull();
    expect(a.painted.at(-1)).toBe(4);
  });

  it("of several takes are painted together, or none of them", () => {
    stage.join(b);
    stage.sharpen("full");
    stage.show(2);
    vi.advanceTimersByTime(200);
    a.hereFull.add(2);
    stage.arrivedFull();
    expect([a.painted.at(-1), b.painted.at(-1)]).toEqual([2, 2]);
    b.hereFull.add(2);
    stage.arrivedFull();
    expect([a.painted.at(-1), b.painted.at(-1)]).toEqual([2.5, 2.5]);
    b.brokenFull.add(3);
    a.hereFull.add(3);
    stage.show(3);
    vi.advanceTimersByTime(200);
    expect([a.painted.at(-1), b.painted.at(-1), told.at(-1)]).toEqual([3, 3, "failed"]);
  });

  it("give way to the stored ones again, and are not asked for while it plays", () => {
    stage.sharpen("full");
    stage.show(2);
    stage.play(2, 1, () => undefined);
    vi.advanceTimersByTime(200);
    expect([a.wantedFull, told.at(-1)]).toEqual([-1, "plain"]);
    stage.pause();
    stage.show(6);
    a.hereFull.add(6);
    vi.advanceTimersByTime(200);
    expect(a.painted.at(-1)).toBe(6.5);
    stage.sharpen(null);
    expect([a.painted.at(-1), told.at(-1)]).toEqual([6, "plain"]);
  });
});
