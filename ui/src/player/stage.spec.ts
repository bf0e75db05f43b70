import { beforeEach, describe, expect, it } from "vitest";
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
