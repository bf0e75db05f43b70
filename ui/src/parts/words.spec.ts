import { describe, expect, it } from "vitest";
import { count, nameOf, rateWords, spanWords, when } from "./words";

describe("words", () => {
  it("count in the singular and plural", () => {
    expect(count(1, "take")).toBe("1 take");
    expect(count(2500, "shot")).toBe("2,500 shots");
    expect(count(0, "entry", "entries")).toBe("0 entries");
  });

  it("say a rate as the floor does", () => {
    expect(rateWords([24, 1])).toBe("24");
    expect(rateWords([24000, 1001])).toBe("23.976");
    expect(rateWords([30000, 1001])).toBe("29.97");
  });

  it("say a half-open span by its first and last frame", () => {
    expect(spanWords(62, 103)).toBe("frames 62–102");
    expect(spanWords(140, 141)).toBe("frame 140");
  });

  it("keep what is no date, and the pseudonym of a name erased", () => {
    expect(when("someday")).toBe("someday");
    expect(nameOf({ id: "p_1f", name: "" })).toBe("p_1f");
  });
});
