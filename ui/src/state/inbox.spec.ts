import { describe, expect, it } from "vitest";
import type { InboxItemView } from "../api/types";
import { Inbox, MOST_SHOWN, pilesOf, placeOfItem } from "./inbox.svelte";

const item = (why: string, code: string): InboxItemView => ({
  why, sentence: "", task: `t_${code}`, production: "bunny", code, title: "", stage_label: "Animation", gate: "lead", number: 3,
  takes: 1, flagged: 0, status: "review", poster: null, person: null, at: "",
});

describe("the inbox", () => {
  const items = [item("gate", "a"), item("note", "b"), item("gate", "c"), item("mention", "d")];

  it("puts people before gates, and leaves out what nothing waits in", () => {
    expect(pilesOf(items).map((pile) => [pile.why, pile.items.length])).toEqual([["mention", 1], ["note", 1], ["gate", 2]]);
  });

  it("is walked from the first to the last, whatever is picked", () => {
    const inbox = new Inbox();
    inbox.loading.set(items);
    for (let step = 0; step < 9; step++) inbox.move(1);
    expect(inbox.active?.code).toBe("c");
    inbox.pick("note");
    expect(inbox.active?.code).toBe("b");
    inbox.pick("note");
    expect(inbox.ordered).toHaveLength(4);
  });

  it("walks through no more than it shows", () => {
    const inbox = new Inbox();
    inbox.loading.set(Array.from({ length: 4_667 }, (_, nth) => item("gate", String(nth))));
    expect([inbox.piles[0]?.items.length, inbox.ordered.length]).toEqual([4_667, MOST_SHOWN]);
  });

  it("leads to the take and the gate", () => {
    expect(placeOfItem(item("gate", "a"))).toBe("/t/t_a#take=3&gate=lead");
  });
});
