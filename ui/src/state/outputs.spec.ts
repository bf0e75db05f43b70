import { describe, expect, it } from "vitest";
import { Outputs } from "./outputs.svelte";

const view = (making: string[] = []) => ({
  may_make: true,
  gaps: [],
  making,
  outputs: [
    { preset: "web", label: "Web, 1080p", file_name: "spring-cut-2-web.mp4", content: "ab".repeat(32) },
    { preset: "prores", label: "ProRes 422 HQ master", file_name: "spring-cut-2-prores.mov", content: null },
  ],
});

describe("versions of the film", () => {
  it("has one picked, and says whether it is made of this cut", () => {
    const outputs = new Outputs();
    expect(outputs.picked).toBeNull();
    outputs.loading.set(view());
    expect(outputs.picked?.content).not.toBeNull();
    outputs.pick("prores");
    expect(outputs.picked?.content).toBeNull();
  });

  it("is being made only while a job for exactly that one is open", () => {
    const outputs = new Outputs();
    outputs.loading.set(view(["prores"]));
    expect(outputs.isMaking).toBe(false);
    outputs.pick("prores");
    expect(outputs.isMaking).toBe(true);
    outputs.loading.set(view());
    expect(outputs.isMaking).toBe(false);
  });

  it("says how far the picked one is, and nothing of another", () => {
    const outputs = new Outputs();
    outputs.loading.set(view(["web"]));
    const job = { id: 1, key: "j", op: "output", label: "Make Spring, Web, 1080p", state: "running", done_frames: 30, total_frames: 120, error: null, may_stop: false };
    expect(outputs.percent([job])).toBe(25);
    expect(outputs.percent([{ ...job, state: "done" }])).toBeNull();
    outputs.pick("prores");
    expect(outputs.percent([job])).toBeNull();
  });
});
