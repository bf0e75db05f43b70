import { describe, expect, it } from "vitest";
import { Compare, refusal, takeBefore } from "./compare.svelte";
import { take } from "./samples";

const [one, two, three, four, five] = [1, 2, 3, 4, 5].map((number) => take(number)) as [ReturnType<typeof take>, ...ReturnType<typeof take>[]] & ReturnType<typeof take>[];
const all = [one, two!, three!, four!, five!];

describe("comparing", () => {
  it("begins with the take before, or the next one where there is none before", () => {
    expect(takeBefore(all, three!)?.number).toBe(2);
    expect(takeBefore(all, one)?.number).toBe(2);
    expect(takeBefore([one], one)).toBeNull();
  });

  it("flips to B and back with one key, and wipes and differs with theirs, each off again", () => {
    const compare = new Compare();
    compare.turn("flip", three!, all);
    expect([compare.way, compare.b?.number, compare.flipped, compare.hidesA]).toEqual(["flip", 2, true, true]);
    compare.turn("flip", three!, all);
    expect([compare.way, compare.flipped, compare.hidesA]).toEqual(["flip", false, false]);
    compare.turn("wipe", three!, all);
    expect([compare.way, compare.b?.number]).toEqual(["wipe", 2]);
    compare.turn("difference", three!, all);
    compare.turn("difference", three!, all);
    expect([compare.way, compare.b]).toEqual([null, null]);
  });

  it("refuses unequal rates in a sentence, and a still against a film", () => {
    const slow = take(9, { rate: [24000, 1001] });
    expect(refusal(one, slow)).toBe(
      "Take 1 runs at 24 frames a second and take 9 runs at 23.976 frames a second: a frame of one is no frame of the other.",
    );
    expect(refusal(one, take(9, { rate: [48, 2] }))).toBe("");
    expect(refusal(one, take(9, { rate: null }))).toContain("is a still");
    const compare = new Compare();
    compare.turn("wipe", slow, [slow, one]);
    expect([compare.way, compare.b]).toEqual([null, null]);
    expect(compare.refused).toContain("23.976");
  });

  it("says that one take alone cannot be compared", () => {
    const compare = new Compare();
    compare.turn("flip", one, [one]);
    expect(compare.refused).toContain("one take alone");
  });

  it("puts up to four side by side, each picked and taken out by hand", () => {
    const compare = new Compare();
    for (const other of [two!, three!, four!, five!]) compare.pick(one, other);
    expect([compare.way, compare.others.map((other) => other.number)]).toEqual(["side", [2, 3, 4]]);
    expect(compare.refused).toContain("most");
    expect([...compare.letters]).toEqual([["k2", "B"], ["k3", "C"], ["k4", "D"]]);
    for (const other of [two!, three!, four!]) compare.pick(one, other);
    expect(compare.way).toBeNull();
  });

  it("ends when B itself is looked at, and goes on with another A", () => {
    const compare = new Compare();
    compare.turn("wipe", three!, all);
    compare.look(four!, all);
    expect([compare.way, compare.b?.number]).toEqual(["wipe", 2]);
    compare.look(two!, all);
    expect(compare.way).toBeNull();
  });

  it("lays a picture of a sheet over the frame and takes it off", () => {
    const compare = new Compare();
    compare.lay("/a.png");
    compare.lay("/b.png");
    expect(compare.skin).toBe("/b.png");
    compare.lay("/b.png");
    expect(compare.skin).toBeNull();
  });
});
