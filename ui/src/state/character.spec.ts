import { describe, expect, it } from "vitest";
import type { CharacterView, SheetPictureView } from "../api/types";
import { learnt, measureWords, pictureWords, stateWords } from "./character.svelte";

const shot = { code: "SH010", title: "", stage: "animation", task: "t_1", take: 1, content: "aa", poster: null };
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
});
