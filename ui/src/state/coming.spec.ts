import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { TaskView } from "../api/types";
import { Ahead, MOST_AHEAD } from "../player/ahead";
import { Turns } from "../player/turns";
import { Coming, type Here, mixed } from "./coming";
import { live } from "./live.svelte";
import { take, task } from "./samples";

const media = (frames: string | null) => ({ frames, full: null, alpha: null, checker: null, proxy: null, poster: null, peaks: null, badges: null, size_px: [1280, 720] });

/** Tasks t1, t2, … of one take each, each leading to the next. */
const chain = (many: number): Map<string, TaskView> =>
  new Map(
    Array.from({ length: many }, (_, n) => {
      const id = `t${String(n + 1)}`;
      const next_task = n + 1 < many ? `t${String(n + 2)}` : null;
      return [id, task([take(1, { id: `k-${id}`, media: media(`/${id}/{n}.jpg`) })], { id, next_task, book_seq: 5 })];
    }),
  );

const here = (of: TaskView, more: Partial<Here> = {}): Here => ({
  task: of, takes: of.takes, take: of.takes[0]!, gate: "lead", person: "p1", frame: 7, ...more,
});

describe("what comes next", () => {
  let tasks: Map<string, TaskView>;
  let asked: string[];
  let fetched: string[];
  let coming: Coming;
  beforeEach(() => {
    vi.useFakeTimers();
    tasks = chain(12);
    [asked, fetched] = [[], []];
    const ahead = new Ahead((address) => (fetched.push(address), Promise.resolve({ close: () => undefined })), new Turns());
    coming = new Coming((id) => {
      asked.push(id);
      const found = tasks.get(id);
      return found ? Promise.resolve(found) : Promise.reject(new Error("away"));
    }, ahead);
    live.seq = 0;
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
    live.seq = 0;
  });
  const rest = () => vi.advanceTimersByTimeAsync(300);

  it("is read and fetched once nothing moves, as many tasks as there are pictures", async () => {
    coming.plan(here(tasks.get("t1")!));
    expect(asked).toEqual([]);
    await rest();
    expect(asked).toEqual(["t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9"]);
    expect(fetched).toHaveLength(MOST_AHEAD);
    expect(fetched[0]).toBe("/t2/0.jpg");
    expect(coming.take("t2", null)?.id).toBe("t2");
    expect(coming.take("t2", null)).toBeNull();
  });

  it("is not asked for again as one goes on: one task more at a time, and no picture twice", async () => {
    coming.plan(here(tasks.get("t1")!));
    await rest();
    coming.take("t2", null);
    coming.plan(here(tasks.get("t2")!));
    await rest();
    expect(asked.slice(8)).toEqual(["t10"]);
    expect(new Set(fetched).size).toBe(fetched.length);
  });

  it("is takes of the same task on the frame looked at, and of the next tasks on their first", async () => {
    const own = [1, 2, 3].map((n) => take(n, { n_frames: n === 2 ? 5 : 240, media: media(`/own${String(n)}/{n}.jpg`) }));
    const at = task(own, { next_task: "t3" });
    coming.plan(here(at));
    await rest();
    expect(fetched.slice(0, 5).sort()).toEqual(["/own2/4.jpg", "/own3/7.jpg", "/t3/0.jpg", "/t4/0.jpg", "/t5/0.jpg"]);
  });

  it("is only a few tasks where many takes wait here", async () => {
    const own = Array.from({ length: 40 }, (_, n) => take(n, { media: media(`/own${String(n)}/{n}.jpg`) }));
    coming.plan(here(task(own, { next_task: "t2" })));
    await rest();
    expect(asked).toEqual(["t2", "t3", "t4"]);
    expect(fetched).toHaveLength(MOST_AHEAD);
  });

  it("waits for whoever steps, and asks for what moved last", async () => {
    for (const frame of [1, 2, 3]) {
      coming.plan(here(task([take(1), take(2, { media: media("/b/{n}.jpg") })]), { frame }));
      await vi.advanceTimersByTimeAsync(100);
    }
    await rest();
    expect(fetched).toEqual(["/b/3.jpg"]);
  });

  it("is read anew where its pictures were still being made and the book grew", async () => {
    tasks.set("t2", task([take(1, { media: media(null) })], { id: "t2", book_seq: 5 }));
    const at = here(tasks.get("t1")!);
    coming.plan(at);
    await rest();
    coming.plan(at);
    await rest();
    expect(asked).toEqual(["t2"]);
    live.seq = 6;
    coming.plan(at);
    await rest();
    expect(asked).toEqual(["t2", "t2"]);
  });

  it("is nothing where the studio is away, and is not shown for a take that it did not have", async () => {
    tasks.delete("t3");
    coming.plan(here(tasks.get("t1")!));
    await rest();
    expect(asked).toEqual(["t2", "t3"]);
    expect(fetched).toEqual(["/t2/0.jpg"]);
    expect(coming.take("t2", 9)).toBeNull();
  });

  it("is left alone in a browser that is to spare data", async () => {
    vi.stubGlobal("navigator", { connection: { saveData: true } });
    coming.plan(here(tasks.get("t1")!));
    await rest();
    expect(asked).toEqual([]);
    expect(fetched).toEqual([]);
  });

  it("mixes what is near of both", () => {
    expect(mixed(["a", "b", "c"], ["x"])).toEqual(["a", "x", "b", "c"]);
    expect(mixed([], ["x", "y"])).toEqual(["x", "y"]);
  });
});
