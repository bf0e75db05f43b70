import { describe, expect, it } from "vitest";
import { Parts } from "./parts";

const parts = new Parts([
  { name: "a", frames: { start: 40, end: 48 } },
  { name: "b", frames: { start: 0, end: 3 } },
  { name: "c", frames: { start: 5, end: 6 } },
]);

describe("parts as one film", () => {
  it("are as long as all of them", () => {
    expect(parts.nFrames).toBe(12);
  });

  it("say of every frame whose it is and which, there and back", () => {
    const told = Array.from({ length: 12 }, (_, frame) => parts.at(frame));
    expect(told.map((at) => `${at?.part.name ?? ""}${String(at?.frame)}`).join(" ")).toBe("a40 a41 a42 a43 a44 a45 a46 a47 b0 b1 b2 c5");
    expect(told.map((at) => parts.of(at?.index ?? 0, at?.frame ?? 0))).toEqual(Array.from({ length: 12 }, (_, frame) => frame));
  });

  it("end where they end", () => {
    expect(parts.at(-4)?.frame).toBe(40);
    expect(parts.at(99)?.part.name).toBe("c");
    expect(new Parts([]).at(0)).toBeNull();
  });
});
