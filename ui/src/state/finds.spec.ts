import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as calls from "../api/calls";
import type { CutView, FoundTakeView, FoundView } from "../api/types";
import type { Cut } from "./cut.svelte";
import { Finds, fromWords } from "./finds.svelte";

const find = (shot: string, more: Partial<FoundTakeView> = {}): FoundTakeView => ({
  production: "spring", production_title: "Spring", shot, title: "", take: `k_${shot}`, number: 3, content: "ab", label: "", state: "circled",
  n_frames: 60, spare_frames: 36, near_percent: 80, poster: null, said: [], refused: "", ...more,
});
const found = (...shots: FoundTakeView[]): FoundView => ({ slot: "s_2", shot: "SH020", frames: 24, words: "", count: shots.length, found: shots });
const cut = { production: { code: "spring" }, hash: "c1" } as CutView;

describe("finds", () => {
  const asked = vi.spyOn(calls, "findTakes");
  const taken = vi.spyOn(calls, "takeFind");
  beforeEach(() => {
    vi.useFakeTimers();
    asked.mockReset().mockResolvedValue(found(find("SH040"), find("SH050", { refused: "Too short." })));
    taken.mockReset().mockResolvedValue(cut);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("says where one is from, and its production only where that is another", () => {
    expect(fromWords(find("SH040"), "spring")).toBe("SH040 take 3");
    expect(fromWords(find("SH040"), "autumn")).toBe("Spring, SH040 take 3");
  });

  it("asks once for what was typed, and for another gap anew", async () => {
    const finds = new Finds();
    await finds.open("spring", "s_2");
    finds.type("wo");
    finds.type("wood ");
    await vi.advanceTimersByTimeAsync(300);
    expect(asked.mock.calls).toEqual([["spring", "s_2", ""], ["spring", "s_2", "wood"]]);
    await finds.open("spring", "s_3");
    expect(finds.words).toBe("");
    expect(finds.list).toEqual([]);
  });

  it("goes through them, takes one that may be taken, and closes", async () => {
    const finds = new Finds();
    await finds.open("spring", "s_2");
    finds.move(-1);
    expect(finds.picked?.shot).toBe("SH040");
    finds.move(1);
    finds.move(1);
    expect(finds.picked?.shot).toBe("SH050");
    expect(await finds.take(finds.list[1]!, cut)).toBeNull();
    expect(taken).not.toHaveBeenCalled();
    expect(await finds.take(finds.list[0]!, cut)).toBe(cut);
    expect(taken).toHaveBeenCalledWith("spring", "s_2", "k_SH040", "c1");
    expect(finds.slot).toBeNull();
  });

  it("hears keys only at a gap, and of whoever may", async () => {
    const gap = { slot: { id: "s_2", state: "gap" }, view: cut, loading: { set: vi.fn() } } as unknown as Cut;
    const finds = new Finds();
    expect(finds.press("find", gap, false)).toBe(false);
    expect(finds.press("find", { ...gap, slot: { id: "s_2", state: "circled" } } as unknown as Cut, true)).toBe(false);
    expect(finds.press("find-next", gap, true)).toBe(false);
    expect(finds.press("find", gap, true)).toBe(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(finds.press("find-next", gap, true)).toBe(true);
    expect(finds.at).toBe(1);
    finds.press("find-before", gap, true);
    finds.press("take-find", gap, true);
    await vi.advanceTimersByTimeAsync(0);
    expect(gap.loading.set).toHaveBeenCalledWith(cut);
    finds.press("find", gap, true);
    finds.press("find", gap, true);
    expect(finds.slot).toBeNull();
  });

  it("keeps open and says what refused it", async () => {
    taken.mockRejectedValue(new Error("gone"));
    const finds = new Finds();
    await finds.open("spring", "s_2");
    expect(await finds.take(finds.list[0]!, cut)).toBeNull();
    expect(finds.refusal).not.toBeNull();
    expect(finds.slot).toBe("s_2");
  });
});
