import { describe, expect, it } from "vitest";
import { panelsIn, PITCH_PX } from "./panels";

describe("panels in sight", () => {
  it("are few, however many there are", () => {
    expect(panelsIn(0, 1440, 2000)).toEqual({ start: 0, end: 13 });
    const { start, end } = panelsIn(1000 * PITCH_PX, 1440, 2000);
    expect([start, end]).toEqual([996, 1013]);
  });

  it("end where the strip does", () => {
    expect(panelsIn(1995 * PITCH_PX, 3840, 2000)).toEqual({ start: 1991, end: 2000 });
    expect(panelsIn(0, 3840, 0)).toEqual({ start: 0, end: 0 });
  });
});
