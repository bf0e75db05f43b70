import { describe, expect, it } from "vitest";
import { diff, side } from "./samples";
import { Versions } from "./versions.svelte";

describe("versions of the cut", () => {
  it("steps from change to change, round and round, a slot at a time", () => {
    const versions = new Versions();
    versions.comparing.set(
      diff(side(1, [["a", 5]]), side(2, [["a", 5]]), [
        { sort: "whole", slot: "", shot: "", text: "It runs otherwise." },
        { sort: "head", slot: "a", shot: "a", text: "a trimmed." },
        { sort: "tail", slot: "a", shot: "a", text: "a trimmed." },
        { sort: "moved", slot: "b", shot: "b", text: "b moved." },
      ]),
    );
    const seen = [1, 1, 1, -1].map((by) => (versions.step(by as 1 | -1), versions.slot));
    expect(seen).toEqual(["a", "b", "a", "b"]);
  });

  it("goes no nearer than a few frames and no farther than the whole", () => {
    const versions = new Versions();
    versions.nearer(-1);
    expect(versions.zoom).toBe(1);
    for (let nth = 0; nth < 20; nth++) versions.nearer(1);
    expect(versions.zoom).toBe(64);
  });

  it("has nowhere to step where nothing differs", () => {
    const versions = new Versions();
    versions.comparing.set(diff(side(1, [["a", 5]]), side(2, [["a", 5]])));
    versions.step(1);
    expect(versions.slot).toBeNull();
  });
});
