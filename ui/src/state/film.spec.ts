import { describe, expect, it } from "vitest";
import type { FilmPartView } from "../api/types";
import { kindWords, partOf } from "./film.svelte";

const view = (more: Partial<FilmPartView> = {}): FilmPartView => ({
  slot: "s_1", shot: "SH010", title: "", kind: "take", task: "t_1", take: "a".repeat(64), number: 2, state: "review",
  length: 24, frames: { start: 12, end: 30 },
  media: { frames: "/f/{n}.jpg", proxy: "/p.mp4", poster: null, peaks: null, badges: null, full: null, alpha: null, checker: null, size_px: [16, 9] },
  ...more,
});

describe("a part of the film", () => {
  it("lasts as long as its slot, whatever it has frames for", () => {
    expect(partOf(view())).toMatchObject({ frames: { start: 12, end: 36 }, nFrames: 30, proxy: "/p.mp4" });
  });

  it("of nothing has no pictures", () => {
    const slate = view({ kind: "slate", media: null, number: 0, frames: { start: 0, end: 24 } });
    expect(partOf(slate)).toMatchObject({ frames: { start: 0, end: 24 }, pictures: null, proxy: null });
    expect(kindWords(slate)).toBe("slate");
  });

  it("says in words whether it is a take or a board", () => {
    expect([kindWords(view()), kindWords(view({ kind: "board", number: 1 }))]).toEqual(["take 2", "board 1"]);
  });
});
