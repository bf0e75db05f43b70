import { describe, expect, it } from "vitest";
import type { CharacterDriftView, CharacterView, SheetPictureView } from "../api/types";
import { headWords, heightOf, isDrifting, learnt, measureWords, pictureWords, stateWords } from "./character.svelte";

const shot = { code: "SH010", title: "", stage: "animation", task: "t_1", take: 1, content: "aa", poster: null };
const drift = (sums: number[], more: Partial<CharacterDriftView> = {}): CharacterDriftView => ({
  shots: sums.map((sum, index) => ({ code: `SH0${String(index + 1)}0`, stage: "animation", task: `t_${String(index)}`, take: 1, content: "aa", e_value: 1, sum })),
  unread: 0,
  limit: 20,
  since: null,
  alarmed: null,
  until: null,
  sentence: "",
  ...more,
});
const view = (more: Partial<CharacterView> = {}): CharacterView => ({
  code: "max",
  title: "Max",
  task: "t_2",
  sheet: "bb",
  pictures: [],
  approved: [],
  palette: [],
  state: "uncalibrated",
  alpha: "0.05",
  shots: 0,
  lent: 0,
  needed: 19,
  interval: [0, 1],
  advice: [],
  drift: drift([]),
  head: { answers: 0, drift: 0, needed: 30, hash: null, weights: [] },
  ...more,
});
const picture = (more: Partial<SheetPictureView> = {}): SheetPictureView => ({
  number: 1,
  image: "/media/cc",
  box: [0, 0, 1, 1],
  is_usable: true,
  is_alone: false,
  is_unseen: false,
  ...more,
});

describe("what was learnt of a character", () => {
  it("claims no rate of false alarms before there are shots to say it", () => {
    expect(measureWords(view())).toBe("Too few circled shots to say how often it is wrong.");
  });

  it("says on how many shots its measure is set, whose, and how far the rate is known", () => {
    const pooled = view({ state: "pooled", shots: 20, lent: 12, interval: [0.003, 0.14] });
    expect(measureWords(pooled)).toBe(
      "Set on 20 circled shots, 12 of them lent. Asked for: 5 % false alarms. The true rate lies between 0.3 % and 14 %.",
    );
    expect(stateWords(pooled)).toContain("other characters");
  });

  it("is whole with as many shots as it takes, and no more than whole", () => {
    expect(learnt(view())).toBe(0);
    expect(learnt(view({ needed: 4, approved: [shot] }))).toBe(0.25);
    expect(learnt(view({ needed: 1, approved: [shot, shot] }))).toBe(1);
  });

  it("names what is the matter with a picture, and nothing where nothing is", () => {
    expect(pictureWords(picture())).toBe("");
    expect(pictureWords(picture({ is_alone: true, is_unseen: true }))).toBe("alone · not seen in a circled take");
    expect(pictureWords(picture({ is_usable: false, is_alone: true }))).toBe("not usable");
  });

  it("says how many answers it takes before scores are weighed, and by how many they were", () => {
    const head = { answers: 12, drift: 4, needed: 30, hash: null, weights: [] };
    expect(headWords(head)).toBe("12 of 30 answers that it takes: until then every score counts alike.");
    expect(headWords({ ...head, answers: 40, hash: "ab" })).toBe("Weighed by 40 answers, 4 of them drift.");
    expect(headWords({ ...head, answers: 40 })).toBe("40 answers, 4 of them drift: they tell no score from another yet.");
  });

  it("draws a drift over the production up to its alarm, and as high as it went", () => {
    expect(heightOf(20, drift([1, 20]))).toBe(1);
    expect(heightOf(0.2, drift([0.2]))).toBe(0);
    expect(heightOf(4, drift([2, 16], { limit: 4 }))).toBe(0.5);
  });

  it("marks the shots of the last drift alone", () => {
    const now = drift([0.5, 3, 30, 90], { since: "SH020", alarmed: "SH030" });
    expect(now.shots.map((_, index) => isDrifting(index, now))).toEqual([false, true, true, true]);
    const over = drift([3, 30, 0.9, 2], { since: "SH010", alarmed: "SH020", until: "SH030" });
    expect(over.shots.map((_, index) => isDrifting(index, over))).toEqual([true, true, false, false]);
    expect(isDrifting(0, drift([1]))).toBe(false);
  });
});
