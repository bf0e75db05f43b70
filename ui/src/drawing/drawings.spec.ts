import { beforeEach, describe, expect, it, vi } from "vitest";
import * as calls from "../api/calls";
import { actionOf } from "../keys";
import { Desk } from "../state/desk.svelte";
import { take, task } from "../state/samples";
import { deskKeys } from "../desk/deskKeys";
import { drawKeys } from "./drawKeys";
import { Drawings, type View } from "./drawings.svelte";
import type { DrawingBody, NoteBody } from "../api/types";
import { Unsent } from "./unsent.svelte";

const view = (frame = 3, more: Partial<View> = {}): View => ({ frame, loop: null, nFrames: 24, aspect: 16 / 9, ...more });

/** Drawings whose operations go nowhere: they wait, and are shown all the same. */
async function drawings(): Promise<{ hand: Drawings; sent: () => DrawingBody[]; notes: () => NoteBody[] }> {
  const never = () => new Promise<never>(() => undefined);
  const items: never[] = [];
  const shelf = { all: () => Promise.resolve(items), add: () => Promise.resolve(1), change: never, has: never, take: never };
  const unsent = new Unsent(shelf, { draw: never, addNote: never });
  await unsent.begin("p_1");
  vi.spyOn(calls, "getDrawings").mockResolvedValue([]);
  const hand = new Drawings(unsent);
  await hand.read({ task: "t1", content: "sha1" });
  const of = (kind: string) => unsent.items.filter((one) => one.kind === kind).map((one) => one.body);
  return { hand, sent: () => of("drawing") as DrawingBody[], notes: () => of("note") as NoteBody[] };
}

describe("a hand that draws", () => {
  let hand: Drawings;
  let sent: () => DrawingBody[];
  let notes: () => NoteBody[];

  const stroke = (...points: [number, number][]): void => {
    const [first = [0, 0], ...rest] = points;
    hand.down(first, view());
    hand.move(rest);
    hand.up();
  };

  beforeEach(async () => {
    vi.restoreAllMocks();
    ({ hand, sent, notes } = await drawings());
  });

  it("draws each shape on the frame shown", () => {
    for (const tool of ["pen", "line", "arrow", "rect", "ellipse"] as const) {
      hand.choose(tool);
      stroke([0, 0], [3000, 9000], [9000, 5000]);
    }
    hand.choose("text");
    hand.down([500, 500], view());
    hand.typed(" ear ");
    expect(hand.on(3).map((one) => [one.shape, one.points.length, one.text])).toEqual([
      ["pen", 3, ""], ["line", 2, ""], ["arrow", 2, ""], ["rect", 2, ""], ["ellipse", 2, ""], ["text", 1, "ear"],
    ]);
    expect(hand.on(4)).toEqual([]);
  });

  it("draws nothing by a click, and no text without words", () => {
    hand.choose("line");
    stroke([100, 100], [101, 101]);
    hand.choose("text");
    hand.down([500, 500], view());
    hand.typed("  ");
    expect(sent()).toEqual([]);
  });

  it("draws on the loop or on the whole take where that is meant", () => {
    expect(hand.framesFor(view(3, { loop: { start: 2, end: 9 } }))).toEqual({ start: 3, end: 4 });
    hand.nextReach({ start: 2, end: 9 });
    expect(hand.framesFor(view(3, { loop: { start: 2, end: 9 } }))).toEqual({ start: 2, end: 9 });
    expect(hand.framesFor(view(3))).toEqual({ start: 3, end: 4 });
    hand.nextReach({ start: 2, end: 9 });
    expect(hand.framesFor(view(3))).toEqual({ start: 0, end: 24 });
  });

  it("selects, moves and deletes its own, and undoes each by one more operation", () => {
    stroke([1000, 1000], [9000, 9000]);
    hand.choose("select");
    hand.down([5000, 5000], view());
    hand.move([[6000, 7000]]);
    expect(hand.on(3)[0]?.points).toEqual([[2000, 3000], [10_000, 11_000]]);
    hand.up();
    hand.remove();
    expect(hand.on(3)).toEqual([]);
    for (let many = 0; many < 3; many++) hand.undo();
    expect(sent().map((one) => one.act)).toEqual(["add", "update", "delete", "restore", "update", "delete"]);
    expect(new Set(sent().map((one) => one.op)).size).toBe(6);
    hand.redo();
    expect(hand.on(3)[0]?.points).toEqual([[1000, 1000], [9000, 9000]]);
  });

  it("leaves what others drew alone", async () => {
    const others = { id: "x", seq: 1, changed: 1, at: "", person: { id: "p_2", name: "Mia" }, frames: { start: 3, end: 4 }, shape: "line",
      points: [[0, 0], [9000, 9000]], width: 300, colour: "#ffffff", text: "", mine: false };
    vi.spyOn(calls, "getDrawings").mockResolvedValue([others]);
    await hand.read({ task: "t1", content: "sha1" });
    hand.choose("select");
    hand.down([4000, 4000], view());
    expect(hand.selected).toBeNull();
    expect(hand.on(3).map((one) => one.person)).toEqual(["Mia"]);
  });

  it("notes what it drew, once, with the frames of the drawings", () => {
    stroke([1000, 1000], [9000, 9000]);
    hand.draft = "too long";
    hand.leave();
    hand.begin();
    hand.note("blocker", hand.loose([]), { start: 7, end: 8 });
    expect(hand.draft).toBe("");
    expect(notes()[0]).toMatchObject({ text: "too long", severity: "blocker", ranges: [{ start: 3, end: 4 }], drawings: [sent()[0]?.drawing] });
    expect(hand.loose([])).toEqual([]);
    hand.draft = "and here";
    hand.note("issue", [], { start: 7, end: 8 });
    expect(notes()[1]).toMatchObject({ ranges: [{ start: 7, end: 8 }], drawings: [] });
    hand.draft = "   ";
    hand.note("issue", [], { start: 7, end: 8 });
    expect(notes().length).toBe(2);
  });

  it("forgets its sitting, not its drawings, when another take is looked at", async () => {
    stroke([1000, 1000], [9000, 9000]);
    await hand.read({ task: "t1", content: "sha2" });
    expect([hand.on(3).length, hand.canUndo]).toEqual([0, false]);
    await hand.read({ task: "t1", content: "sha1" });
    expect(hand.on(3).length).toBe(1);
  });
});

describe("the keys of whoever draws", () => {
  const press = (desk: Desk, key: string, shiftKey = false): boolean => {
    const action = actionOf({ key, shiftKey }, "draw");
    return action !== null && drawKeys(desk, action, { key, shiftKey }, () => deskKeys(desk, action, { key, shiftKey }));
  };
  const desk = (): Desk => {
    const made = new Desk();
    made.loading.set(task([take(1)]));
    made.takeId = "k1";
    made.playback.clock.load(24, { num: 24, den: 1 });
    made.startDrawing();
    return made;
  };

  it("choose tools, colours and widths, and leave", () => {
    const one = desk();
    const tools = ["l", "w", "b", "e", "t", "s", "p"].map((key) => (press(one, key), one.drawings.tool));
    expect(tools).toEqual(["line", "arrow", "rect", "ellipse", "text", "select", "pen"]);
    press(one, "c");
    expect(one.drawings.colour).toBe("#ffd60a");
    press(one, "3");
    expect(one.drawings.width).toBe(650);
    press(one, "a");
    expect(one.drawings.drawing).toBe(false);
  });

  it("judge nothing, and still step through the picture", () => {
    const one = desk();
    for (const key of ["c", "v", "r", "Enter"]) if (key !== "Enter") press(one, key);
    expect(one.ballot.value).toBeNull();
    press(one, "ArrowRight");
    press(one, ".");
    expect(one.playback.frame).toBe(2);
    press(one, "Home");
    expect(one.playback.frame).toBe(0);
  });

  it("let go of what is selected before they leave", () => {
    const one = desk();
    one.drawings.selected = "x";
    press(one, "Escape");
    expect([one.drawings.selected, one.drawings.drawing]).toEqual([null, true]);
    press(one, "Escape");
    expect(one.drawings.drawing).toBe(false);
  });

  it("are not there for somebody who may not note", () => {
    const one = desk();
    one.drawings.leave();
    one.loading.set(task([take(1)], { may_note: false }));
    one.startDrawing();
    expect(one.drawings.drawing).toBe(false);
  });
});
