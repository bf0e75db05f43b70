import { describe, expect, it } from "vitest";
import { Watch } from "./watch";

describe("what was watched", () => {
  it("is each frame once, as few spans", () => {
    const watch = new Watch();
    for (const frame of [5, 6, 7, 6, 20, 21]) watch.shown(frame, false);
    expect(watch.spans).toEqual([
      { start: 5, end: 8 },
      { start: 20, end: 22 },
    ]);
  });

  it("holds what the browser left out while it played, and nothing that was jumped over", () => {
    const watch = new Watch();
    for (const frame of [0, 1, 4, 8]) watch.shown(frame, true);
    watch.shown(30, true);
    watch.shown(40, false);
    watch.shown(42, false);
    expect(watch.spans).toEqual([
      { start: 0, end: 9 },
      { start: 30, end: 31 },
      { start: 40, end: 41 },
      { start: 42, end: 43 },
    ]);
  });

  it("does not play on from where another sitting ended, and a loop's way back is no way through", () => {
    const watch = new Watch();
    watch.begin();
    watch.shown(10, true);
    watch.rest();
    watch.begin();
    watch.shown(12, true);
    watch.shown(9, true);
    expect(watch.spans).toEqual([
      { start: 9, end: 11 },
      { start: 12, end: 13 },
    ]);
  });

  it("counts only the time it was in front", () => {
    let now = 1000;
    const watch = new Watch(() => now);
    expect(watch.dwell_ms).toBe(0);
    watch.begin();
    now += 400;
    watch.begin();
    expect(watch.dwell_ms).toBe(400);
    watch.rest();
    now += 9000;
    watch.rest();
    expect(watch.dwell_ms).toBe(400);
    watch.begin();
    now += 100.4;
    expect(watch.dwell_ms).toBe(500);
  });
});
