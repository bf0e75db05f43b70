import { describe, expect, it } from "vitest";
import type { PlaylistEntryView } from "../api/types";
import { adding, afterAt, applied, ENTRY_PX, hashOf, lasts, operation, partOf, placeAt, placeOf } from "./order";

const list = (...ids: string[]): { id: string }[] => ids.map((id) => ({ id }));
const ids = (entries: readonly { id: string }[]): string => entries.map((one) => one.id).join("");
const all = list("a", "b", "c", "d");

describe("what is done to a list", () => {
  it("shows what was moved and removed at once, and what is added once it is there", () => {
    const move = (after: string, ...entries: string[]) => ids(applied(all, operation("move", "p", { entries, after })));
    expect([move("first", "c"), move("last", "a"), move("c", "a"), move("b", "d", "a")]).toEqual(["cabd", "bcda", "bcad", "bdac"]);
    expect(ids(applied(all, operation("remove", "p", { entries: ["b", "d"] })))).toBe("ac");
    expect(ids(applied(all, operation("add", "p", { ...adding([{ task: "t", content: "c" }]), after: "last" })))).toBe("abcd");
  });

  it("puts what comes after something that went meanwhile at the end, until the studio says where", () => {
    expect(ids(applied(all, operation("move", "p", { entries: ["a"], after: "gone" })))).toBe("bcda");
  });

  it("names what an entry comes after for every place there is, and nothing where it stands", () => {
    for (let from = 0; from < 4; from++) {
      for (let to = 0; to < 4; to++) {
        const id = all[from]?.id ?? "";
        const after = afterAt(all, id, to);
        expect(after === null).toBe(from === to);
        if (after !== null) expect(applied(all, operation("move", "p", { entries: [id], after })).findIndex((one) => one.id === id)).toBe(to);
      }
    }
    expect(afterAt(all, "a", 99)).toBe("d");
    expect(afterAt(all, "d", -5)).toBe("first");
    expect(afterAt(all, "unknown", 0)).toBeNull();
  });

  it("has an id of its own each time, and one for each entry", () => {
    const [one, other] = [operation("start", "p"), operation("start", "p")];
    expect(one.op).not.toBe(other.op);
    const { entries } = adding([{ task: "t", content: "c" }, { task: "t", content: "c" }]);
    expect(new Set(entries).size).toBe(2);
  });

  it("finds the place under a hand, and stays within the list", () => {
    expect([placeAt(-9, 4), placeAt(ENTRY_PX * 1.5, 4), placeAt(ENTRY_PX * 50, 4), placeAt(10, 0)]).toEqual([0, 1, 3, 0]);
  });
});

const entry = (more: Partial<PlaylistEntryView> = {}): PlaylistEntryView => ({
  id: "e", task: "t", code: "SH010", title: "", stage: "animation", stage_label: "Animation", content: "c", number: 1, label: "",
  n_frames: 48, rate: [24, 1], state: "review", person: { id: "p", name: "leo" }, at: "", newer: null,
  media: { frames: "/{n}.jpg", proxy: "/p.mp4", poster: null, peaks: null, badges: null, alpha: null, checker: null, full: null, size_px: [16, 9] }, ...more,
});
const RATE = { num: 24, den: 1 };

describe("an entry as it is played", () => {
  it("has its own rate, and the production's where it has none", () => {
    expect(partOf(entry({ rate: [30, 1] }), RATE)).toMatchObject({ frames: { start: 0, end: 48 }, rate: { num: 30, den: 1 }, proxy: "/p.mp4" });
    expect(partOf(entry({ rate: null, n_frames: 9 }), RATE).rate).toEqual(RATE);
  });

  it("that is a still stands for three seconds, and so does one without a picture", () => {
    expect(partOf(entry({ n_frames: 1, rate: null }), RATE)).toMatchObject({ frames: { start: 0, end: 72 }, nFrames: 1, proxy: null });
    expect(partOf(entry({ n_frames: 0, rate: null }), RATE)).toMatchObject({ frames: { start: 0, end: 72 }, nFrames: 1 });
  });

  it("lasts as long as its frames at its rate", () => {
    const parts = [partOf(entry(), RATE), partOf(entry({ n_frames: 30 * 60, rate: [30, 1] }), RATE)];
    expect(lasts(parts)).toBe("1:02");
    expect(lasts(Array.from({ length: 61 }, () => partOf(entry({ n_frames: 24 * 60 }), RATE)))).toBe("1:01:00");
  });
});

describe("an address of dailies", () => {
  it("says entry, frame and screening, and is read as it was written", () => {
    expect(placeOf(hashOf("e-1", 12, "s-1"))).toEqual({ entry: "e-1", frame: 12, screening: "s-1" });
    expect(placeOf(hashOf("e-1", 0, null))).toEqual({ entry: "e-1", frame: 0, screening: null });
    expect(placeOf("#f=-3&e=x")).toEqual({ entry: "x", frame: 0, screening: null });
    expect(placeOf("")).toEqual({ entry: null, frame: 0, screening: null });
  });
});
