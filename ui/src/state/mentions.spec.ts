import { describe, expect, it } from "vitest";
import { completed, mentionAt, namesFor } from "./mentions";

describe("naming somebody", () => {
  it("begins at an @ that no word runs into", () => {
    expect(mentionAt("Look, @da", 9)).toEqual({ from: 6, part: "da" });
    expect(mentionAt("a@da", 4)).toBeNull();
    expect(mentionAt("no one", 6)).toBeNull();
    expect(mentionAt("@", 1)).toEqual({ from: 0, part: "" });
  });

  it("offers names by the beginning of any of their words, and none that stands there already", () => {
    const names = ["Dana", "Demo director", "Mia Day"];
    expect(namesFor(names, "da")).toEqual(["Dana", "Mia Day"]);
    expect(namesFor(names, "dir")).toEqual(["Demo director"]);
    expect(namesFor(names, "dana")).toEqual([]);
    expect(namesFor(names, "")).toEqual(names);
  });

  it("puts the name where its beginning stood", () => {
    expect(completed("Look, @da please", { from: 6, part: "da" }, "Dana")).toEqual({ text: "Look, @Dana please", caret: 12 });
  });
});
