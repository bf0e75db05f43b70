import { describe, expect, it } from "vitest";
import { slotLook, STATUS_LOOKS, takeLook, VALUE_LOOKS } from "./looks";

describe("looks", () => {
  it("give each of the nine statuses a shape of its own", () => {
    const shapes = Object.values(STATUS_LOOKS).map((look) => look.shape);
    expect(new Set(shapes).size).toBe(9);
  });

  it("give each verdict a shape of its own", () => {
    expect(new Set(Object.values(VALUE_LOOKS).map((look) => look.shape)).size).toBe(5);
  });

  it("draw takes and slots like the statuses they lead to", () => {
    expect(takeLook("vetoed").shape).toBe(STATUS_LOOKS["no_good"]?.shape);
    expect(takeLook("concern").shape).toBe(STATUS_LOOKS["retake"]?.shape);
    expect(slotLook("gap").shape).toBe("gap");
    expect(slotLook("circled")).toMatchObject({ shape: "ring", label: "circled" });
  });
});
