import { beforeEach, describe, expect, it, vi } from "vitest";
import { Counter } from "./counter.svelte";

const kept = new Map<string, string>();
beforeEach(() => {
  kept.clear();
  vi.stubGlobal("localStorage", { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
});

const FILM = { num: 24, den: 1 };
const NTSC = { num: 30_000, den: 1001 };

describe("the counter", () => {
  it("numbers frames from the production's first", () => {
    const counter = new Counter();
    expect([counter.label(42), counter.span(42, 43), counter.sentence("Frame 42 is black.")]).toEqual([42, "frame 42", "Frame 42 is black."]);
    counter.start = 1001;
    expect([counter.label(42), counter.frame(1043), counter.frame(0), counter.span(42, 43), counter.span(0, 10)]).toEqual([
      1043, 42, 0, "frame 1043", "frames 1001–1010",
    ]);
  });

  it("says the same numbers in a check's sentence, and leaves amounts alone", () => {
    const counter = new Counter();
    counter.start = 1001;
    expect(counter.sentence("Off model in frames 87–90, worst at frame 88; 12 frames in all, 3 of 240.")).toBe(
      "Off model in frames 1088–1091, worst at frame 1089; 12 frames in all, 3 of 240.",
    );
  });

  it("goes from frames to timecode to drop-frame where there is one, and remembers", () => {
    const counter = new Counter();
    const seen = (rate: typeof FILM) => [1, 2, 3].map(() => (counter.turn(rate), counter.count));
    expect(seen(FILM)).toEqual(["timecode", "frames", "timecode"]);
    counter.turn(FILM);
    expect(seen(NTSC)).toEqual(["timecode", "drop", "frames"]);
    counter.turn(NTSC);
    const next = new Counter();
    next.read();
    expect(next.count).toBe("timecode");
  });

  it("takes a typed frame, and says which there are where it is none", () => {
    const counter = new Counter();
    counter.start = 1001;
    expect(counter.typed("1043", 0, 240, FILM)).toBe(42);
    expect(counter.typed("00:00:01:00", 0, 240, FILM)).toBe(24);
    expect(counter.typed("1241", 0, 240, FILM)).toBe("There is no such frame; the take has 1001 to 1240.");
    expect(counter.typed("ears", 0, 240, FILM)).toContain("Type a frame number");
  });

  it("counts timecode from the take's own, and takes what is typed so", () => {
    const counter = new Counter();
    counter.begin("10:00:00:00", FILM);
    counter.turn(FILM);
    expect([counter.count, counter.timecode(25, FILM)]).toEqual(["timecode", "10:00:01:01"]);
    expect(counter.typed("10:00:01:01", 0, 48, FILM)).toBe(25);
    expect(counter.typed("00:00:01:01", 0, 48, FILM)).toBe("There is no such frame; the take has 0 to 47.");
    counter.begin(null, FILM);
    expect(counter.timecode(25, FILM)).toBe("00:00:01:01");
  });

  it("drops numbers where the take's own timecode does, and offers no other", () => {
    const counter = new Counter();
    counter.begin("01:00:59;28", NTSC);
    expect([counter.timecode(1, NTSC), counter.timecode(2, NTSC)]).toEqual(["01:00:59;29", "01:01:00;02"]);
    const turned = [1, 2, 3].map(() => (counter.turn(NTSC), counter.count));
    expect(turned).toEqual(["timecode", "frames", "timecode"]);
  });
});
