import { beforeEach, describe, expect, it, vi } from "vitest";
import { actionOf, KEYS } from "../keys";
import { Ballot } from "../state/ballot.svelte";
import { Desk } from "../state/desk.svelte";
import { families, flagged, take, task } from "../state/samples";
import { deskKeys, reasonKeys } from "./deskKeys";

const press = (key: string, shiftKey = false) => ({ key, shiftKey, ctrlKey: false, metaKey: false, altKey: false });

function deskOn(...takes: ReturnType<typeof take>[]): Desk {
  const desk = new Desk();
  desk.loading.set(task(takes));
  desk.takeId = takes[0]?.id ?? null;
  desk.ballot.lookAt(takes[0] ?? null);
  desk.playback.clock.load(240, { num: 24, den: 1 });
  return desk;
}

const type = (desk: Desk, key: string, shiftKey = false): boolean => {
  const action = actionOf(press(key, shiftKey), "desk");
  return action !== null && deskKeys(desk, action, press(key, shiftKey));
};

// Backwards play counts frames with the screen's refresh, which node has not.
beforeEach(() => void vi.stubGlobal("requestAnimationFrame", () => 0));

describe("the keys of the desk", () => {
  it("all do something, except those that answer flags where there are none", () => {
    const desk = deskOn(take(1));
    const idle = KEYS.filter((one) => one.scope === "desk" && one.action !== "commit" && one.action !== "withdraw")
      .filter((one) => !deskKeys(desk, one.action, press(one.keys[0] ?? "")))
      .map((one) => one.action);
    expect(idle).toEqual(["waive", "best-possible", "not-a-fault"]);
  });

  it("circle, and answer flags, with one key each", () => {
    const desk = deskOn(take(1, { evidence: [flagged] }));
    type(desk, "c");
    expect(desk.ballot.value).toBe(2);
    expect(desk.ballot.ready).toBe(false);
    type(desk, "x");
    expect(desk.ballot.answer).toBeNull();
    type(desk, "X", true);
    expect(desk.ballot.answer).toBe("not_a_fault");
    expect(desk.ballot.ready).toBe(true);
  });

  it("step by whole frames", () => {
    const desk = deskOn(take(1));
    for (const key of ["ArrowRight", "ArrowRight", ".", ",", "End", "ArrowLeft"]) type(desk, key);
    expect(desk.playback.frame).toBe(238);
  });

  it("go from worst to next worst and round", () => {
    const desk = deskOn(take(1));
    desk.evidence = [
      {
        id: "ev1", check: "consistency", version: 1, content: "sha1", sentence: "", flagged: true, worst_frame: 87, summary: {},
        series: [], flags: [{ start: 140, end: 141, label: "off_model", sentence: "", strength: 1, calls: [], mine: "", agreed: "", trust: "", quiet: false }], abstained: [], heatmaps: [],
        references: [], backend: "", precision: "f32",
      },
    ];
    const seen = ["n", "n", "n"].map((key) => (type(desk, key), desk.playback.frame));
    expect(seen).toEqual([87, 140, 87]);
  });
});

describe("the second key of a reason", () => {
  it("picks it, even where the letter alone is a verdict", () => {
    const ballot = new Ballot(() => families);
    ballot.lookAt(take(1));
    ballot.openFamily(3);
    expect(reasonKeys(ballot, press("f"))).toBe(true);
    expect(ballot.reasons).toEqual(["motion.flicker"]);
    expect(reasonKeys(ballot, press("f"))).toBe(false);
  });

  it("records nothing when it is a slip", () => {
    const ballot = new Ballot(() => families);
    ballot.openFamily(3);
    expect(reasonKeys(ballot, press("v"))).toBe(true);
    expect(ballot.value).toBeNull();
    expect(ballot.family?.key).toBe("motion");
  });

  it("lets go at Escape and leaves arrows and chords to themselves", () => {
    const ballot = new Ballot(() => families);
    ballot.openFamily(3);
    expect(reasonKeys(ballot, press("ArrowRight"))).toBe(false);
    expect(reasonKeys(ballot, { ...press("z"), ctrlKey: true })).toBe(false);
    expect(reasonKeys(ballot, press("Escape"))).toBe(true);
    expect(ballot.family).toBeNull();
  });
});
