import { describe, expect, it } from "vitest";
import { Watched } from "./watched";

describe("what was watched", () => {
  it("joins frames to spans, in whatever order they were seen", () => {
    const watched = new Watched(() => 0);
    for (const frame of [5, 3, 4, 9]) watched.saw(frame, false);
    expect(watched.spans()).toEqual([{ start: 3, end: 6 }, { start: 9, end: 10 }]);
  });

  it("counts a picture that was skipped while playing, and no jump", () => {
    const watched = new Watched(() => 0);
    for (const frame of [0, 3, 90]) watched.saw(frame, true);
    expect(watched.spans()).toEqual([{ start: 0, end: 4 }, { start: 90, end: 91 }]);
  });

  it("counts nothing between frames that were stepped over while paused", () => {
    const watched = new Watched(() => 0);
    for (const frame of [0, 3]) watched.saw(frame, false);
    expect(watched.spans()).toEqual([{ start: 0, end: 1 }, { start: 3, end: 4 }]);
  });

  it("counts time in view alone, and begins anew for another take", () => {
    let now = 0;
    const watched = new Watched(() => now);
    watched.inView(true);
    now = 400;
    watched.inView(false);
    now = 5000;
    watched.inView(true);
    now = 5100;
    expect(watched.dwell_ms).toBe(500);
    watched.saw(1, false);
    watched.clear();
    now = 5130;
    expect(watched.dwell_ms).toBe(30);
    expect(watched.spans()).toEqual([]);
  });
});
