import { describe, expect, it } from "vitest";
import { keptIn, nameOf, RATES, resultWords } from "./selfTest.svelte";

const result = {
  wrong: 0, of: 110, faults: [], steps_ms: { p50: 1.25, p95: 18.4 }, jumps_ms: { p50: 22, p95: 61.6 }, played: { of: 80, wrong: 1, late: 2 },
};

describe("the self-test's page", () => {
  it("says what was wrong, how long it took, and of how many", () => {
    expect(resultWords(result)).toBe(
      "0 of 110 wrong; steps p50 1.3 ms, p95 18 ms; jumps p50 22 ms, p95 62 ms; while playing 1 of 80 wrong, 2 told a frame late",
    );
  });

  it("knows every rate once", () => {
    expect(new Set(RATES.map(nameOf)).size).toBe(8);
  });

  it("keeps what this browser showed, and nothing that another version wrote", () => {
    const kept = { "24/1": { at: "2026-01-01", browser: "x", result } };
    expect(keptIn(JSON.stringify({ version: 1, results: kept }))).toEqual(kept);
    expect(keptIn(JSON.stringify({ version: 0, results: kept }))).toEqual({});
    expect([keptIn("{"), keptIn(null)]).toEqual([{}, {}]);
  });
});
