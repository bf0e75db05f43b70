import { describe, expect, it } from "vitest";
import { actionOf, KEYS, keySign, type Scope } from "./keys";

describe("keys", () => {
  it("mean one thing on each page", () => {
    for (const scope of ["everywhere", "queue", "board", "desk", "draw", "cut", "film", "dailies", "holds", "guest"] satisfies Scope[]) {
      const keys = KEYS.filter((one) => one.scope === scope).flatMap((one) => [...one.keys]);
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  it("each say in words what they do", () => {
    for (const { help, action } of KEYS) expect(help.length, action).toBeGreaterThan(5);
  });

  it("are the same letter in either case, with and without ⌘", () => {
    expect(actionOf({ key: "C" }, "desk")).toBe("circled");
    expect(actionOf({ key: "c" }, "desk")).toBe("circled");
    expect(actionOf({ key: "c", ctrlKey: true }, "desk")).toBeNull();
    expect(actionOf({ key: "z", metaKey: true }, "desk")).toBe("withdraw");
  });

  it("with Shift mean what Shift and the letter mean, and else the letter", () => {
    expect(actionOf({ key: "X", shiftKey: true }, "desk")).toBe("not-a-fault");
    expect(actionOf({ key: "x" }, "desk")).toBeNull();
    expect(actionOf({ key: "N", shiftKey: true }, "desk")).toBe("worst");
  });

  it("repeat only where holding makes sense: a held C judges once", () => {
    expect(actionOf({ key: "ArrowRight", repeat: true }, "desk")).toBe("step-on");
    expect(actionOf({ key: "c", repeat: true }, "desk")).toBeNull();
    expect(actionOf({ key: "Enter", repeat: true }, "desk")).toBeNull();
  });

  it("belong to the page before they belong to everywhere", () => {
    expect(actionOf({ key: "?" }, "desk")).toBe("help");
    expect(actionOf({ key: "v" }, "board")).toBeNull();
  });

  it("of dailies are their own first, then those of the desk's picture and verdict", () => {
    expect(actionOf({ key: "ArrowDown" }, "dailies")).toBe("next");
    expect(actionOf({ key: "ArrowDown", shiftKey: true }, "dailies")).toBe("entry-down");
    expect(actionOf({ key: "c" }, "dailies")).toBe("circled");
    expect(actionOf({ key: "X", shiftKey: true }, "dailies")).toBe("not-a-fault");
    expect(actionOf({ key: "S", shiftKey: true }, "dailies")).toBe("start");
    expect(actionOf({ key: "l" }, "dailies")).toBe("forwards");
    expect(actionOf({ key: "z", ctrlKey: true }, "dailies")).toBe("withdraw");
    expect(actionOf({ key: "e" }, "dailies")).toBeNull();
  });

  it("are shown as signs", () => {
    expect(["ArrowLeft", "c", "Ctrl+z", "Space", "Shift+w"].map(keySign)).toEqual(["←", "C", "Ctrl+Z", "Space", "⇧W"]);
  });
});
