import { describe, expect, it } from "vitest";
import { behind, Chase, frameAfter, type Playhead, ServerClock } from "./follow";

const head = (more: Partial<Playhead> = {}): Playhead => ({
  task: "t", take: "a".repeat(64), frame: 10, playing: true, speed: 1, rate: [24, 1], span: [0, 48], ...more,
});

describe("the server's clock", () => {
  it("is what the quickest answer says, however late the others were", () => {
    const clock = new ServerClock();
    expect(clock.known).toBe(false);
    expect(clock.at(5)).toBe(5);
    clock.sample(0, 1000 + 400, 400); // all 400 ms on the way there: 200 ms wrong
    clock.sample(500, 1505, 510);
    clock.sample(600, 1601 + 90, 700);
    expect(clock.at(1000)).toBe(2000);
  });

  it("forgets what it knew of a server that was started again", () => {
    const clock = new ServerClock();
    clock.sample(0, 9_000, 2);
    clock.forget();
    expect(clock.at(7)).toBe(7);
  });

  it("follows a clock that drifts: only the last five answers count", () => {
    const clock = new ServerClock();
    clock.sample(0, 1, 2);
    for (let n = 1; n <= 5; n++) clock.sample(n * 100, n * 100 + 55, n * 100 + 10);
    expect(clock.at(0)).toBe(50);
  });
});

describe("a playhead some time later", () => {
  it("stands where it stood when it does not move", () => {
    expect(frameAfter(head({ playing: false }), 5_000)).toBe(10);
  });

  it("moves by whole frames at the rate of the take, 23.976 too", () => {
    expect(frameAfter(head(), 1_000)).toBe(34);
    expect(frameAfter(head({ rate: [24_000, 1001], span: [0, 100_000] }), 1_001_000)).toBe(24_010);
    expect(frameAfter(head(), -50)).toBe(10);
  });

  it("goes round its loop, backwards too", () => {
    expect(frameAfter(head({ frame: 18, span: [12, 20] }), 250)).toBe(16);
    expect(frameAfter(head({ frame: 13, span: [12, 20], speed: -1 }), 250)).toBe(15);
    expect(frameAfter(head({ frame: 3, span: [3, 4] }), 999)).toBe(3);
  });
});

describe("how far behind", () => {
  const span = { start: 0, end: 48 };
  it("counts the shorter way round the loop", () => {
    expect(behind(47, 1, span, 1)).toBe(2);
    expect(behind(1, 47, span, 1)).toBe(-2);
    expect(behind(1, 47, span, -1)).toBe(2);
    expect(behind(5, 5, span, 1)).toBe(0);
  });
});

describe("a chase", () => {
  const long = head({ frame: 0, span: [0, 10_000] });

  /** How far off a player is that shows its first frame `late_ms` after it is told to, and runs `drift` too fast. */
  const run = (late_ms: number, drift = 0): { off: number[]; starts: number } => {
    const chase = new Chase();
    const off: number[] = [];
    let [at, moves_at, speed, starts] = [0, 0, 1, 0];
    const begin = (now: number): void => {
      [at, moves_at, starts] = [chase.start(long, now, now), now + late_ms, starts + 1];
    };
    begin(0);
    for (let now = 0; now < 9_000; now += 100) {
      if (now > moves_at) at += Math.min(100, now - moves_at) * 0.024 * speed * (1 + drift);
      const shown = Math.trunc(at);
      if (now > 4_000) off.push(Math.abs(behind(shown, frameAfter(long, now), { start: 0, end: 10_000 }, 1)));
      const told = chase.judge(long, now, shown, now);
      if (told === "anew") begin(now);
      else speed = told;
    }
    return { off, starts };
  };

  it.each([0, 60, 180, 400])("is beside the playhead after few starts with a player %i ms late", (late_ms) => {
    const { off, starts } = run(late_ms);
    expect(Math.max(...off)).toBeLessThanOrEqual(1);
    expect(starts).toBeLessThanOrEqual(3);
  });

  it.each([0.02, -0.02])("eases a player that runs %f off instead of starting it again and again", (drift) => {
    const { off, starts } = run(60, drift);
    expect(Math.max(...off)).toBeLessThanOrEqual(2);
    expect(starts).toBe(1);
  });

  it("does not start again before the last start can be judged", () => {
    const chase = new Chase();
    chase.start(head(), 0, 0);
    expect(chase.judge(head(), 500, 10, 500)).toBe(1);
    expect(chase.judge(head(), 800, 10, 800)).toBe("anew");
  });
});
