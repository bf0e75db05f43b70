import { afterEach, describe, expect, it, vi } from "vitest";
import * as calls from "../api/calls";
import type { BoxView } from "../api/types";
import { Boxes } from "./boxes.svelte";

const box = (id: string, more: Partial<BoxView> = {}): BoxView => ({
  id, seq: 1, at: "2026-11-22T10:00:00Z", person: { id: "p1", name: "Vera" }, character: "queso", frame: 12,
  where: [1000, 1000, 2000, 2000], withdrawn_by: null, may_withdraw: true, ...more,
});
const place = { task: "t1", content: "sha1" };

afterEach(() => {
  vi.restoreAllMocks();
});

describe("boxes on a take", () => {
  it("show on their frame while they stand", async () => {
    vi.spyOn(calls, "getBoxes").mockResolvedValue([box("x1"), box("x2", { frame: 3 }), box("x3", { withdrawn_by: { id: "p1", name: "Vera" } })]);
    const boxes = new Boxes();
    await boxes.read(place);
    expect(boxes.on(12).map((one) => one.id)).toEqual(["x1"]);
    expect(boxes.standing).toHaveLength(2);
  });

  it("of another take are forgotten at once, with the one being drawn", async () => {
    vi.spyOn(calls, "getBoxes").mockResolvedValue([box("x1")]);
    const boxes = new Boxes();
    await boxes.read(place);
    boxes.place("queso");
    const reading = boxes.read({ task: "t1", content: "sha2" });
    expect([boxes.all, boxes.placing]).toEqual([[], null]);
    await reading;
  });
});

describe("drawing a box", () => {
  it("takes arrow keys, and Enter sends it once", async () => {
    vi.spyOn(calls, "getBoxes").mockResolvedValue([]);
    const sent = vi.spyOn(calls, "drawBox").mockResolvedValue([box("x1")]);
    const boxes = new Boxes();
    await boxes.read(place);
    expect(boxes.press({ key: "ArrowLeft", shiftKey: false }, 12)).toBe(false);
    boxes.place("queso");
    expect(boxes.press({ key: "Enter", shiftKey: false }, 12)).toBe(false);
    for (const shiftKey of [false, false, true]) expect(boxes.press({ key: "ArrowRight", shiftKey }, 12)).toBe(true);
    expect(boxes.region).toEqual([3700, 2500, 3200, 5000]);
    expect(boxes.press({ key: "Enter", shiftKey: false }, 12)).toBe(true);
    await vi.waitFor(() => expect(boxes.all).toHaveLength(1));
    expect(sent).toHaveBeenCalledOnce();
    expect(sent.mock.calls[0]?.[0]).toMatchObject({ ...place, character: "queso", frame: 12, where: [3700, 2500, 3200, 5000] });
    expect(boxes.placing).toBeNull();
  });

  it("says that a character is not there without any region", async () => {
    vi.spyOn(calls, "getBoxes").mockResolvedValue([]);
    const sent = vi.spyOn(calls, "drawBox").mockResolvedValue([]);
    const boxes = new Boxes();
    await boxes.read(place);
    boxes.place("queso");
    await boxes.record(7, true);
    expect(sent.mock.calls[0]?.[0]).toMatchObject({ frame: 7, where: null });
  });

  it("keeps the draft where it was refused, and Escape lets go", async () => {
    vi.spyOn(calls, "getBoxes").mockResolvedValue([]);
    vi.spyOn(calls, "drawBox").mockRejectedValue(new Error("no"));
    const boxes = new Boxes();
    await boxes.read(place);
    boxes.place("queso");
    boxes.region = [0, 0, 500, 500];
    await boxes.record(1);
    expect(boxes.refusal).not.toBeNull();
    expect(boxes.region).toEqual([0, 0, 500, 500]);
    expect(boxes.press({ key: "Escape", shiftKey: false }, 1)).toBe(true);
    expect([boxes.placing, boxes.region]).toEqual([null, null]);
  });
});
