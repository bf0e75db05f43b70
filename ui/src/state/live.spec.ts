import { afterEach, describe, expect, it, vi } from "vitest";
import type { JobView } from "../api/types";
import { Live, progress } from "./live.svelte";

const job = (state: string, done: number, total: number): JobView => ({
  id: 1, key: "k", op: "check", label: "Check", state, done_frames: done, total_frames: total, error: null, may_stop: false,
});

afterEach(() => void vi.useRealTimers());

describe("what the studio tells", () => {
  it("makes pages ask again once for a burst of entries", () => {
    vi.useFakeTimers();
    const live = new Live();
    let asked = 0;
    const stop = live.onEntries(() => asked++);
    for (let entry = 0; entry < 40; entry++) live.hear({ kind: "entry" });
    vi.advanceTimersByTime(200);
    expect(asked).toBe(1);
    stop();
    live.hear({ kind: "entry" });
    vi.advanceTimersByTime(200);
    expect(asked).toBe(1);
  });

  it("carries jobs to whoever shows them", () => {
    const live = new Live();
    live.hear({ kind: "jobs", jobs: [job("running", 3, 10)] });
    expect(live.jobs).toHaveLength(1);
  });
});

describe("progress", () => {
  it("is the mean of open jobs, and nothing when none is open", () => {
    expect(progress([job("running", 5, 10), job("queued", 0, 10), job("failed", 0, 10)])).toBe(0.25);
    expect(progress([job("done", 10, 10)])).toBeNull();
    expect(progress([job("running", 0, 0)])).toBe(0);
  });
});
