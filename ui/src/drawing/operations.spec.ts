import { describe, expect, it } from "vitest";
import type { DrawingView } from "../api/types";
import type { Mark } from "./ink";
import { operation, Sitting, standing } from "./operations";
import { uuid7 } from "./uuid7";

const place = { task: "t1", content: "sha1" };
const mark = (colour = "#ffffff"): Mark => ({ frames: { start: 3, end: 4 }, shape: "line", points: [[0, 0], [900, 900]], width: 300, colour, text: "" });
const view = (id: string, mine = true): DrawingView => ({
  id, seq: 1, changed: 1, at: "", person: { id: "p_1", name: "Leo" }, frames: { start: 3, end: 4 }, shape: "line",
  points: [[0, 0], [900, 900]], width: 300, colour: "#ffffff", text: "", mine,
});

describe("ids", () => {
  it("are UUIDv7 and sort as they were made, also within a millisecond and when the clock steps back", () => {
    const made = [...Array.from({ length: 5000 }, () => uuid7(1_700_000_000_000)), uuid7(1_600_000_000_000), uuid7()];
    for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect([...made].sort()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
  });
});

describe("what stands", () => {
  it("is what the book has and what waits to get there", () => {
    const waiting = [operation(place, "add", "b", mark("#000000")), operation(place, "update", "a", mark("#ff453a"))];
    const found = standing([view("a"), view("c", false)], waiting, "you");
    expect(found.map(({ id, colour, saved, mine }) => [id, colour, saved, mine])).toEqual([
      ["a", "#ff453a", false, true],
      ["c", "#ffffff", true, false],
      ["b", "#000000", false, true],
    ]);
  });

  it("lacks what waits to be deleted, unless it is to come back as well", () => {
    const gone = operation(place, "delete", "a", null);
    expect(standing([view("a")], [gone], "you")).toEqual([]);
    expect(standing([view("a")], [gone, operation(place, "restore", "a", null)], "you").map((one) => one.id)).toEqual(["a"]);
  });

  it("does not change by what was sent and is answered for already", () => {
    expect(standing([view("a")], [operation(place, "restore", "a", null)], "you").map((one) => one.saved)).toEqual([true]);
  });
});

describe("undoing", () => {
  it("is one more operation, and doing it again one more", () => {
    const sitting = new Sitting();
    sitting.did("a", null, mark());
    sitting.did("a", mark(), mark("#000000"));
    sitting.did("a", mark("#000000"), null);
    const acts = [sitting.undo(), sitting.undo(), sitting.undo(), sitting.undo()].map((one) => one && [one.act, one.mark?.colour]);
    expect(acts).toEqual([["restore", undefined], ["update", "#ffffff"], ["delete", undefined], null]);
    const again = [sitting.redo(), sitting.redo(), sitting.redo(), sitting.redo()].map((one) => one && [one.act, one.mark?.colour]);
    expect(again).toEqual([["restore", undefined], ["update", "#000000"], ["delete", undefined], null]);
  });

  it("forgets what was undone once something else is done", () => {
    const sitting = new Sitting();
    sitting.did("a", null, mark());
    sitting.undo();
    expect(sitting.canRedo).toBe(true);
    sitting.did("b", null, mark());
    expect(sitting.canRedo).toBe(false);
    expect(sitting.undo()?.drawing).toBe("b");
  });
});
