import { describe, expect, it } from "vitest";
import type { InboxItemView } from "../api/types";
import { Picker } from "./picker.svelte";
import { board, cell, row } from "./samples";

const taken = (task: string, status: string, more = {}) => cell(status, { task, content: task.padEnd(64, "0"), number: 2, ...more });
const view = board([
  row("sh010", [taken("t1", "circled"), taken("t2", "review")], "The rabbit wakes"),
  row("sh020", [cell("todo", { content: null }), null]),
  row("sh030", [taken("t3", "review", { notes: 1 }), null]),
]);
const waits = (task: string, production = view.production.code) => ({ task, production }) as InboxItemView;
const picker = (inbox: InboxItemView[] = [], search = ""): Picker => {
  const made = new Picker();
  made.take(view, inbox, search);
  made.pickLikely();
  return made;
};
const tasks = (offers: readonly { task: string }[]): string[] => offers.map((one) => one.task);

describe("takes to pick from", () => {
  it("are those of the board that have one, in its order", () => {
    expect(tasks(picker().offers)).toEqual(["t1", "t2", "t3"]);
    expect(picker().chosen).toEqual([]);
  });

  it("are what waits for somebody, all of it picked, where anything of this production does", () => {
    const mine = picker([waits("t3"), waits("t2", "elsewhere")]);
    expect(mine.from).toBe("waiting");
    expect(tasks(mine.chosen)).toEqual(["t3"]);
    expect(picker([waits("t2", "elsewhere")]).from).toBe("board");
  });

  it("are what the board was filtered to, all of it picked", () => {
    const filtered = picker([waits("t1")], "?status=review");
    expect([filtered.from, tasks(filtered.chosen)]).toEqual(["board", ["t2", "t3"]]);
    filtered.widen();
    expect(tasks(filtered.offers)).toEqual(["t1", "t2", "t3"]);
    expect(tasks(filtered.chosen)).toEqual(["t2", "t3"]);
  });

  it("are found by word, status and stage, and picked one by one or all at once", () => {
    const all = picker();
    all.text = "rabbit";
    expect(tasks(all.offers)).toEqual(["t1", "t2"]);
    all.status = "review";
    all.pickAll(true);
    expect([all.isAll, tasks(all.chosen)]).toEqual([true, ["t2"]]);
    all.text = "";
    expect(all.isAll).toBe(false);
    all.pick("t3");
    all.pick("t2");
    expect(tasks(all.chosen)).toEqual(["t3"]);
    all.stage = "nowhere";
    expect(all.offers).toEqual([]);
    expect(all.isAll).toBe(false);
  });
});
