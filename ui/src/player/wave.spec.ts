import { describe, expect, it } from "vitest";
import { loudness } from "./wave";

describe("a waveform", () => {
  it("shows the loudest under each column, however narrow or wide", () => {
    const peaks = new Uint8Array(400);
    peaks[213] = 255;
    const narrow = loudness(peaks, 10);
    expect(narrow).toEqual([0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
    const wide = loudness(Uint8Array.of(0, 51), 4);
    expect(wide).toEqual([0, 0, 0.2, 0.2]);
  });
});
