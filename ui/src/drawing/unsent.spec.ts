import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem, unreachable } from "../api/problem";
import type { DrawingBody, NoteBody } from "../api/types";
import { task } from "../state/samples";
import { operation } from "./operations";
import type { New, Shelf, Waiting } from "./shelf";
import { Unsent } from "./unsent.svelte";

/** A shelf that outlives whoever puts things on it. */
class Drawer implements Shelf {
  kept: Waiting[] = [];
  #n = 0;

  all = () => Promise.resolve([...this.kept]);
  has = (n: number) => Promise.resolve(this.kept.some((one) => one.n === n));
  add = (item: New) => {
    this.kept.push({ ...item, n: ++this.#n } as Waiting);
    return Promise.resolve(this.#n);
  };
  change = (item: Waiting) => {
    this.kept = this.kept.map((one) => (one.n === item.n ? item : one));
    return Promise.resolve();
  };
  take = (n: number) => {
    this.kept = this.kept.filter((one) => one.n !== n);
    return Promise.resolve();
  };
}

/** A studio that writes down what it was sent, and answers as it is told to. */
class Studio {
  heard: string[] = [];
  fails: ((what: string) => Problem | null) = () => null;

  #hear(what: string, person: string): void {
    this.heard.push(`${person} ${what}`);
    const problem = this.fails(what);
    if (problem) throw problem;
  }

  draw = (body: DrawingBody, person: string) => Promise.resolve().then(() => (this.#hear(`${body.act} ${body.drawing}`, person), []));
  addNote = (body: NoteBody, person: string) => Promise.resolve().then(() => (this.#hear(`note ${body.text}`, person), task([])));
}

const place = { task: "t1", content: "sha1" };
const mark = { frames: { start: 0, end: 1 }, shape: "line", points: [[0, 0], [900, 900]], width: 300, colour: "#ffffff", text: "" } as const;
const add = (id: string) => operation(place, "add", id, mark);
const note = (text: string, drawings: string[] = []): NoteBody => ({ ...place, text, severity: "issue", ranges: [], regions: [], reply_to: null, drawings, key: `key-of-${text}` });
const refusal = (status: number, code = "drawing-invalid") => new Problem(code, "Not done", "The studio says no.", status);

describe("what was drawn and is not in the book yet", () => {
  let shelf: Drawer;
  let studio: Studio;

  const begin = async (person = "p_1"): Promise<Unsent> => {
    const unsent = new Unsent(shelf, studio);
    await unsent.begin(person);
    return unsent;
  };

  beforeEach(() => {
    vi.useFakeTimers();
    shelf = new Drawer();
    studio = new Studio();
  });
  afterEach(() => void vi.useRealTimers());

  it("is kept before it is sent, and gone from here once the studio has it", async () => {
    const unsent = await begin();
    let keptFirst = false;
    studio.fails = () => ((keptFirst = shelf.kept.length === 1), null);
    await unsent.draw(add("a"));
    expect([keptFirst, studio.heard, unsent.items, shelf.kept]).toEqual([true, ["p_1 add a"], [], []]);
  });

  it("is sent in the order in which it was done, drawings before the notes that name them", async () => {
    const unsent = await begin();
    await Promise.all([unsent.draw(add("a")), unsent.draw(add("b")), unsent.note(note("both", ["a", "b"]))]);
    await vi.runAllTimersAsync();
    expect(studio.heard).toEqual(["p_1 add a", "p_1 add b", "p_1 note both"]);
  });

  it("says when nothing waits any more, and gives up where the studio is away; what is refused waits for nobody", async () => {
    const unsent = await begin();
    expect(await unsent.settled(0)).toBe(true);
    studio.fails = (what) => (what.includes("bad") ? refusal(422) : null);
    await Promise.all([unsent.draw(add("bad")), unsent.draw(add("good"))]);
    expect(await unsent.settled(0)).toBe(true);
    studio.fails = () => unreachable();
    await unsent.draw(add("late"));
    const settled = unsent.settled(500);
    await vi.advanceTimersByTimeAsync(600);
    expect(await settled).toBe(false);
    studio.fails = () => null;
    const again = unsent.settled(10_000);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(await again).toBe(true);
  });

  it("waits while the studio does not answer, and goes with the same id until it does", async () => {
    const unsent = await begin();
    studio.fails = () => unreachable();
    await unsent.draw(add("a"));
    await unsent.note(note("later", ["a"]));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(unsent.mine.length).toBe(2);
    expect(studio.heard.length).toBeGreaterThan(2);
    expect(new Set(studio.heard)).toEqual(new Set(["p_1 add a"]));
    studio.fails = () => null;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(unsent.mine).toEqual([]);
    expect(studio.heard.at(-1)).toBe("p_1 note later");
  });

  it("outlives its tab", async () => {
    studio.fails = () => unreachable();
    const first = await begin();
    await first.draw(add("a"));
    studio.fails = () => null;
    studio.heard = [];
    const second = await begin();
    expect([studio.heard, second.mine]).toEqual([["p_1 add a"], []]);
  });

  it("is never sent as somebody else", async () => {
    studio.fails = () => unreachable();
    await (await begin("p_1")).draw(add("a"));
    studio.fails = () => null;
    studio.heard = [];
    const others = await begin("p_2");
    await others.draw(add("b"));
    expect([studio.heard, others.others]).toEqual([["p_2 add b"], 1]);
    await begin("p_1");
    expect(studio.heard).toEqual(["p_2 add b", "p_1 add a"]);
  });

  it("stops where the studio says that somebody else is signed in by now", async () => {
    const unsent = await begin();
    studio.fails = () => refusal(409, "somebody-else");
    await unsent.draw(add("a"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect([unsent.isOthers, unsent.refused, studio.heard.length, shelf.kept.length]).toEqual([true, [], 1, 1]);
  });

  it("that is refused is said in the studio's words, and stays until it is let go", async () => {
    const unsent = await begin();
    studio.fails = (what) => (what === "add a" ? refusal(422) : null);
    await unsent.draw(add("a"));
    await unsent.draw(operation(place, "delete", "a", null));
    await unsent.draw(add("b"));
    await unsent.note(note("on both", ["a", "b"]));
    expect(studio.heard).toEqual(["p_1 add a", "p_1 add b"]);
    expect(unsent.refused.map((one) => one.refused)).toEqual(["The studio says no."]);
    expect((await begin()).refused.length).toBe(1);
    const told = unsent.refused[0];
    if (told) await unsent.drop(told);
    expect(studio.heard.at(-1)).toBe("p_1 note on both");
    expect([unsent.items, shelf.kept]).toEqual([[], []]);
  });

  it("is sent all the same by a browser that keeps nothing, and says so", async () => {
    shelf.add = () => Promise.reject(new Error("no room"));
    const unsent = await begin();
    await unsent.draw(add("a"));
    expect([studio.heard, unsent.items, unsent.isKept]).toEqual([["p_1 add a"], [], false]);
  });

  it("that another tab sent is not sent again", async () => {
    studio.fails = () => unreachable();
    const unsent = await begin();
    await unsent.draw(add("a"));
    const told: unknown[] = [];
    unsent.onSent((_, answer) => told.push(answer));
    shelf.kept = [];
    studio.heard = [];
    await vi.advanceTimersByTimeAsync(10_000);
    expect([studio.heard, told, unsent.items]).toEqual([[], [null], []]);
  });
});
