import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem, unreachable } from "../api/problem";
import type { PlaylistBody, PlaylistDetailView } from "../api/types";
import { operation } from "../dailies/order";
import { PlaylistOps } from "./playlistOps.svelte";

const view = (seq: number): PlaylistDetailView => ({ seq }) as PlaylistDetailView;
const bodies = ["rename", "archive", "restore"].map((act) => operation(act as PlaylistBody["act"], "p"));

describe("operations on their way", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("go one after the other, and only the last answer is shown", async () => {
    const sent: string[] = [];
    const shown: (number | undefined)[] = [];
    const ops = new PlaylistOps(async (_, body) => {
      sent.push(body.op);
      await new Promise((go) => setTimeout(go, 10));
      return view(sent.length);
    });
    for (const body of bodies) void ops.put("spring", body, (one) => shown.push(one?.seq));
    expect(ops.waiting).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(15);
    expect(sent).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(50);
    expect(sent).toEqual(bodies.map((one) => one.op));
    expect(shown).toEqual([3]);
    expect(ops.waiting).toHaveLength(0);
  });

  it("are sent again with the same id until the studio answers, and none overtakes another", async () => {
    let away = true;
    const sent: string[] = [];
    const ops = new PlaylistOps((_, body) => {
      sent.push(body.op);
      return away ? Promise.reject(unreachable()) : Promise.resolve(view(1));
    });
    const [first, second] = bodies as [PlaylistBody, PlaylistBody];
    void ops.put("spring", first, () => undefined);
    void ops.put("spring", second, () => undefined);
    await vi.advanceTimersByTimeAsync(4_500);
    expect(ops.isAway).toBe(true);
    expect(ops.waiting).toHaveLength(2);
    expect(new Set(sent)).toEqual(new Set([first.op]));
    away = false;
    await vi.advanceTimersByTimeAsync(2_500);
    expect(sent.slice(-2)).toEqual([first.op, second.op]);
    expect([ops.isAway, ops.waiting.length]).toEqual([false, 0]);
  });

  it("that are refused are said and let go, and what waits behind goes on", async () => {
    const empty = new Problem("playlist-empty", "", "This would leave the playlist empty.", 409);
    const sent: string[] = [];
    const shown: (PlaylistDetailView | null)[] = [];
    const ops = new PlaylistOps((_, body) => {
      sent.push(body.op);
      return sent.length === 1 ? Promise.reject(empty) : Promise.resolve(view(2));
    });
    for (const body of bodies.slice(0, 2)) void ops.put("spring", body, (one) => shown.push(one));
    await vi.advanceTimersByTimeAsync(10);
    expect(sent).toHaveLength(2);
    expect(ops.refusal).toBe(empty);
    expect(shown).toEqual([view(2)]);
    void ops.put("spring", bodies[2] as PlaylistBody, (one) => shown.push(one));
    expect(ops.refusal).toBeNull();
  });

  it("end with the page", async () => {
    const send = vi.fn(() => Promise.reject(unreachable()));
    const ops = new PlaylistOps(send);
    void ops.put("spring", bodies[0] as PlaylistBody, () => undefined);
    await vi.advanceTimersByTimeAsync(1);
    ops.end();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(send).toHaveBeenCalledTimes(1);
  });
});
