import { describe, expect, it } from "vitest";
import { asProblem, problemOf } from "./problem";

describe("a problem object", () => {
  it("keeps its code, its sentence and what is missing", () => {
    const problem = problemOf({ code: "gate-closed", title: "t", detail: "Not yet.", missing: ["SH020 is a gap."] }, 409);
    expect(problem).toMatchObject({ code: "gate-closed", detail: "Not yet.", status: 409, heading: "Not done" });
    expect(problem.missing).toEqual(["SH020 is a gap."]);
  });

  it("is made of whatever came, and says so", () => {
    const problem = problemOf("<html>", 502);
    expect(problem.code).toBe("unknown");
    expect(problem.detail).toContain("502");
    expect(problem.missing).toEqual([]);
  });

  it("is left as it is, while any other error is the desk's own", () => {
    const problem = problemOf({ code: "conflict" }, 409);
    expect(asProblem(problem)).toBe(problem);
    expect(asProblem(new TypeError("x")).code).toBe("bug");
  });
});
