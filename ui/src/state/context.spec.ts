import { afterEach, describe, expect, it, vi } from "vitest";
import * as calls from "../api/calls";
import type { ContextPartView, ContextView } from "../api/types";
import { Context } from "./context.svelte";

const part = (shot: string, start: number, end: number, more: Partial<ContextPartView> = {}): ContextPartView => ({
  shot, task: `t_${shot}`, take: `sha_${shot}`, number: 1, frames: { start, end }, state: "circled", is_candidate: false,
  media: { frames: `/${shot}/{n}.jpg`, proxy: `/${shot}.mp4`, poster: null, size_px: [1280, 720], peaks: null, badges: null, full: null, alpha: null, checker: null }, ...more,
});
const view = (more: Partial<ContextView> = {}): ContextView => ({
  parts: [part("sh010", 100, 172), part("sh020", 0, 48, { is_candidate: true }), part("sh030", 4, 28)],
  rate: [24, 1], proxy: "/media/joined/x.mp4", missing: [], ...more,
});

describe("a take in context", () => {
  afterEach(() => void vi.restoreAllMocks());

  it("plays from two seconds before it, over the cut into it", async () => {
    vi.spyOn(calls, "getContext").mockResolvedValue(view());
    const context = new Context();
    vi.stubGlobal("requestAnimationFrame", () => 0);
    await context.open("t1", "sha");
    expect(context.playback.nFrames).toBe(144);
    expect(context.playback.frame).toBe(24);
    expect(context.playback.playing).toBe(true);
    expect(context.here?.part.shot).toBe("sh010");
    expect(context.here?.frame).toBe(124);
    context.playback.clock.seek(72);
    expect([context.here?.part.shot, context.here?.frame]).toEqual(["sh020", 0]);
  });

  it("is the newest asked for, whichever comes first", async () => {
    let late: (view: ContextView) => void = () => undefined;
    vi.spyOn(calls, "getContext")
      .mockImplementationOnce(() => new Promise((resolve) => (late = resolve)))
      .mockResolvedValueOnce(view({ missing: ["new"] }));
    vi.stubGlobal("requestAnimationFrame", () => 0);
    const context = new Context();
    const first = context.open("t1", "old");
    context.follow("t1", "new");
    await vi.waitFor(() => expect(context.view?.missing).toEqual(["new"]));
    late(view({ missing: ["old"] }));
    await first;
    expect(context.view?.missing).toEqual(["new"]);
  });

  it("says why there is none, and lets go", async () => {
    vi.spyOn(calls, "getContext").mockRejectedValue(new Error("no"));
    const context = new Context();
    await context.open("t1", "sha");
    expect(context.problem).not.toBeNull();
    context.close();
    expect([context.isOn, context.problem]).toEqual([false, null]);
  });
});
