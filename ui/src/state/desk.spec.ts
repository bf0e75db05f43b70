import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as calls from "../api/calls";
import { Problem, unreachable } from "../api/problem";
import type { TaskView } from "../api/types";
import { Desk } from "./desk.svelte";
import { live } from "./live.svelte";
import { flagged, gate, take, task } from "./samples";
import { firstTake, followedIn, nextTake, stackLetters } from "./takes";

const judged = (number: number, person: string, gate: string, live = true) =>
  take(number, {
    verdicts: [
      {
        seq: 1, at: "2026-11-22T10:00:00Z", person: { id: person, name: "Vera" }, gate, value: 1, value_name: "fine",
        reasons: [], disposition: "fix", note: null, ranges: [], answers: [], live, scores_hidden: false,
        severity: "issue", regions: [], watched: [], dwell_ms: 0,
      },
    ],
  });

describe("the take looked at first", () => {
  it("is the newest that waits for somebody", () => {
    const takes = [take(1), take(2), take(3, { state: "concern" })];
    expect(firstTake(takes)?.number).toBe(2);
  });

  it("is the one that passed the gates before: that is the one that waits here", () => {
    const passed = take(1, { gates: [gate("lead", { result: "satisfied" }), gate("director")] });
    expect(firstTake([passed, take(2), take(3)])?.number).toBe(1);
  });

  it("is the circled one where there is one, and the newest when none waits", () => {
    expect(firstTake([take(1, { state: "circled" }), take(2)])?.number).toBe(1);
    expect(firstTake([take(1, { state: "vetoed" }), take(2, { state: "concern" })])?.number).toBe(2);
    expect(firstTake([])).toBeNull();
  });
});

describe("stacks", () => {
  it("have a letter each, where more than one take looks the same", () => {
    const takes = [take(4, { stack: 7 }), take(3, { stack: 0 }), take(2, { stack: 7 }), take(1, { stack: 2 })];
    expect([...stackLetters(takes)]).toEqual([[7, "A"]]);
  });
});

describe("after a verdict", () => {
  const takes = [take(3), take(2), take(1)];

  it("the next take comes, and the strip goes round", () => {
    expect(nextTake(takes, takes[0]!, "p1", "lead", -1)?.number).toBe(2);
    expect(nextTake(takes, takes[2]!, "p1", "lead", 0)?.number).toBe(3);
  });

  it("a keeper found ends the task", () => {
    expect(nextTake(takes, takes[0]!, "p1", "lead", 2)).toBeNull();
  });

  it("takes this person judged at this gate, and vetoed ones, are passed over", () => {
    const strip = [take(4), judged(3, "p1", "lead"), take(2, { state: "vetoed" }), judged(1, "p2", "lead")];
    expect(nextTake(strip, strip[0]!, "p1", "lead", -1)?.number).toBe(1);
  });

  it("a verdict withdrawn or of another gate is none", () => {
    const strip = [take(3), judged(2, "p1", "lead", false), judged(1, "p1", "director")];
    expect(nextTake(strip, strip[0]!, "p1", "lead", 1)?.number).toBe(2);
    expect(nextTake(strip.slice(0, 1).concat(strip[2]!), strip[0]!, "p1", "lead", 1)?.number).toBe(1);
  });
});

describe("whom the evidence followed", () => {
  it("is named by the check that follows", () => {
    const evidence = [{ ...flagged, summary: { characters: "bob, queso" } }];
    expect(followedIn(take(1, { evidence }))).toEqual(["bob", "queso"]);
  });

  it("is nobody where nothing was measured or no sheet is adopted", () => {
    expect(followedIn(take(1))).toEqual([]);
    expect(followedIn(take(1, { evidence: [{ ...flagged, summary: { characters: "none" } }] }))).toEqual([]);
    expect(followedIn(null)).toEqual([]);
  });
});

describe("a task that is on its way", () => {
  beforeEach(() => void vi.stubGlobal("location", { hash: "" }));
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });

  /** A desk that shows t1 and has asked for t2, which has not come yet. */
  async function between(): Promise<{ desk: Desk; comes: (task: TaskView) => void; opened: Promise<void> }> {
    vi.spyOn(calls, "getBoxes").mockResolvedValue([]);
    vi.spyOn(calls, "getReasons").mockResolvedValue([]);
    const asked = vi.spyOn(calls, "getTask").mockResolvedValueOnce(task([take(1)]));
    const desk = new Desk();
    await desk.open("t1");
    let comes: (task: TaskView) => void = () => undefined;
    asked.mockImplementationOnce(() => new Promise((resolve) => (comes = resolve)));
    asked.mockResolvedValue(task([take(1)]));
    return { desk, opened: desk.open("t2"), comes };
  }

  it("is not overtaken by what happens to the one before", async () => {
    const { desk, opened, comes } = await between();
    await desk.refresh();
    comes(task([take(7)], { id: "t2" }));
    await opened;
    expect(desk.task?.id).toBe("t2");
    expect(desk.take?.number).toBe(7);
  });

  it("comes although a verdict on the one before is recorded meanwhile", async () => {
    const { desk, opened, comes } = await between();
    const recorded = vi.spyOn(calls, "recordVerdict").mockResolvedValue(task([take(1)]));
    desk.ballot.choose(1);
    await desk.commit();
    expect(recorded).toHaveBeenCalledOnce();
    comes(task([take(7)], { id: "t2" }));
    await opened;
    expect(desk.task?.id).toBe("t2");
  });
});

describe("a place in the task that is shown", () => {
  beforeEach(() => void vi.stubGlobal("location", { hash: "" }));
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });

  it("is gone to where the address names another take or frame, and is not opened again where it is shown", async () => {
    vi.spyOn(calls, "getBoxes").mockResolvedValue([]);
    vi.spyOn(calls, "getReasons").mockResolvedValue([]);
    const asked = vi.spyOn(calls, "getTask").mockResolvedValue(task([take(1), take(2)]));
    const desk = new Desk();
    await desk.open("t1");
    desk.come("t1");
    vi.stubGlobal("location", { hash: "#f=0&take=2" }); // as the desk itself writes it
    expect(desk.take?.number).toBe(2);
    desk.come("t1");
    expect(asked).toHaveBeenCalledOnce();
    vi.stubGlobal("location", { hash: "#f=7&take=1" });
    desk.come("t1");
    await vi.waitFor(() => expect([desk.take?.number, desk.playback.frame]).toEqual([1, 7]));
    expect(asked).toHaveBeenCalledTimes(2);
  });
});

describe("a task that was read ahead", () => {
  beforeEach(() => void vi.stubGlobal("location", { hash: "" }));
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });

  const known = task([take(1, { label: "as it was" })], { id: "t2", book_seq: 3 });

  /** A desk on t1, frame 9, that knows t2 from before; the studio's own answer about t2 is awaited. */
  async function going(): Promise<{ desk: Desk; answer: (with_: Promise<TaskView>) => void; opened: Promise<void> }> {
    vi.spyOn(calls, "getBoxes").mockResolvedValue([]);
    vi.spyOn(calls, "getReasons").mockResolvedValue([]);
    const asked = vi.spyOn(calls, "getTask").mockResolvedValueOnce(task([take(5)]));
    const desk = new Desk();
    await desk.open("t1");
    desk.playback.clock.seek(9);
    vi.spyOn(desk.coming, "take").mockReturnValueOnce(known);
    let answer: (with_: Promise<TaskView>) => void = () => undefined;
    asked.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
    return { desk, opened: desk.open("t2"), answer };
  }

  it("stands at once, on its first frame, and the studio's answer counts", async () => {
    const { desk, opened, answer } = await going();
    expect([desk.task?.id, desk.take?.label, desk.playback.frame]).toEqual(["t2", "as it was", 0]);
    desk.ballot.choose(-1);
    desk.playback.clock.seek(4);
    answer(Promise.resolve(task([take(1, { label: "as it is" }), take(2)], { id: "t2", book_seq: 8 })));
    await opened;
    expect([desk.take?.label, desk.takes.length, desk.playback.frame, desk.ballot.value]).toEqual(["as it is", 2, 4, -1]);
  });

  it("goes again where the studio no longer shows it", async () => {
    const { desk, opened, answer } = await going();
    answer(Promise.reject(new Problem("not-found", "No such task", "The board lists them.", 404)));
    await opened;
    expect(desk.task).toBeNull();
    expect(desk.loading.problem?.code).toBe("not-found");
  });

  it("goes again where news came first, and its question is the one refused", async () => {
    const { desk, opened, answer } = await going();
    vi.spyOn(calls, "getTask").mockRejectedValueOnce(new Problem("not-found", "No such task", "The board lists them.", 404));
    live.seq = 9;
    await desk.refresh();
    answer(Promise.resolve(known));
    await opened;
    live.seq = 0;
    expect(desk.task).toBeNull();
  });

  it("stays where the studio is away", async () => {
    const { desk, opened, answer } = await going();
    answer(Promise.reject(unreachable()));
    await opened;
    expect(desk.task?.id).toBe("t2");
  });

  it("is not what is looked at once somebody went on", async () => {
    const { desk, opened, answer } = await going();
    vi.spyOn(calls, "getTask").mockResolvedValueOnce(task([take(7)], { id: "t3" }));
    await desk.open("t3");
    answer(Promise.resolve(task([take(1)], { id: "t2" })));
    await opened;
    expect([desk.task?.id, desk.take?.number]).toEqual(["t3", 7]);
  });
});

describe("another take of the task", () => {
  it("is looked at on the same frame, unless another is named", () => {
    const desk = new Desk();
    desk.show(task([take(1), take(2), take(3)]));
    desk.playback.clock.seek(12);
    desk.look(desk.takes[1] ?? null);
    expect(desk.playback.frame).toBe(12);
    desk.look(desk.takes[2] ?? null, 0);
    expect(desk.playback.frame).toBe(0);
  });
});
