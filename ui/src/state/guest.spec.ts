import { afterEach, describe, expect, it, vi } from "vitest";
import * as calls from "../api/calls";
import type { GuestContentView, GuestNoteView, GuestView } from "../api/types";
import { Guest, leftUntil, threadsOf } from "./guest.svelte";
import { mayShare, offersOf } from "./guestLinks.svelte";
import { board, cell, row } from "./samples";

const note = (id: string, reply_to: string | null = null): GuestNoteView => ({
  id, at: "2026-11-23T09:00:00Z", by: "Nia", mine: true, text: id, frame: 3, reply_to, settled: false, drawings: [],
});

describe("notes", () => {
  it("stand with their answers, and answers to answers, under them", () => {
    const threads = threadsOf([note("a"), note("b"), note("a1", "a"), note("b1", "b"), note("a2", "a1")]);
    expect(threads.map((one) => [one.note.id, one.answers.map((answer) => answer.id)])).toEqual([
      ["a", ["a1", "a2"]],
      ["b", ["b1"]],
    ]);
  });
});

describe("what a guest sees", () => {
  afterEach(() => vi.restoreAllMocks());

  const seen = (...texts: string[]): GuestView => ({
    contents: [{ task: "t", content: "c", n_frames: 2, rate: [24, 1], plays: false, notes: texts.map((text) => note(text)) } as unknown as GuestContentView],
    rights: ["note"],
  }) as unknown as GuestView;

  function guest(): { guest: Guest; answers: ((view: GuestView) => void)[] } {
    vi.spyOn(calls, "getGuestDrawings").mockResolvedValue([]);
    const answers: ((view: GuestView) => void)[] = [];
    vi.spyOn(calls, "getGuest").mockImplementation(() => new Promise((resolve) => answers.push(resolve)));
    const made = new Guest("token");
    made.view = seen();
    return { guest: made, answers };
  }

  const told = (made: Guest): string[] => made.view?.contents[0]?.notes.map((one) => one.text ?? "") ?? [];

  it("is the newest question's answer, whichever comes last", async () => {
    const { guest: made, answers } = guest();
    const asked = [made.refresh(), made.refresh()];
    answers[1]?.(seen("a", "b"));
    await asked[1];
    answers[0]?.(seen("a"));
    await asked[0];
    expect(told(made)).toEqual(["a", "b"]);
  });

  it("is asked again where a question was on its way before their note was recorded", async () => {
    const { guest: made, answers } = guest();
    vi.spyOn(calls, "noteAsGuest").mockResolvedValue(seen("mine"));
    const asked = made.refresh();
    made.draft = "mine";
    await made.note();
    expect(told(made)).toEqual(["mine"]);
    answers[0]?.(seen());
    await vi.waitFor(() => expect(answers.length).toBe(2));
    expect(told(made)).toEqual(["mine"]);
    answers[1]?.(seen("another's", "mine"));
    await asked;
    expect(told(made)).toEqual(["another's", "mine"]);
  });
});

describe("how long a link lasts", () => {
  const now = Date.parse("2026-11-23T09:00:00Z");
  it.each([
    ["2026-11-23T09:00:30Z", "less than a minute"],
    ["2026-11-23T09:01:00Z", "1 minute"],
    ["2026-11-23T10:59:00Z", "119 minutes"],
    ["2026-11-23T11:00:00Z", "2 hours"],
    ["2026-11-25T08:59:00Z", "47 hours"],
    ["2026-11-25T09:00:00Z", "2 days"],
    ["2026-11-23T08:00:00Z", "less than a minute"],
  ])("until %s: %s", (until, words) => {
    expect(leftUntil(until, now)).toBe(words);
  });
});

describe("what a link may show", () => {
  it("is every cell that has a take, and no other", () => {
    const shown = offersOf(board([row("sh010", [cell("review", { content: "aa" }), null]), row("sh020", [cell("todo"), cell("review", { task: "t2", content: "bb", stage: "animation" })])]));
    expect(shown.map((one) => [one.code, one.stage, one.content])).toEqual([
      ["sh010", "Animation", "aa"],
      ["sh020", "Animation", "bb"],
    ]);
    expect(offersOf(null)).toEqual([]);
  });

  it("is offered to whom the server lets share", () => {
    expect([mayShare(["lead", "producer"]), mayShare(["admin"]), mayShare(["director"]), mayShare([])]).toEqual([true, true, false, false]);
  });
});
