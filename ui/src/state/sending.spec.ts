import { describe, expect, it, vi } from "vitest";
import * as calls from "../api/calls";
import { Sending } from "./sending.svelte";

const film = (name: string): File => new File(["frames"], name);

describe("a film that is sent for a gap", () => {
  it("says that it is there, and what moved since its pack went out", async () => {
    vi.spyOn(calls, "sendResult").mockResolvedValue({ take: "k", slot: "s", said: ["Another take stands before it."] });
    const sending = new Sending();
    const under = sending.send("spring", "s", [film("made.mp4")]);
    expect([sending.name, sending.size_mb]).toEqual(["made.mp4", 1]);
    expect(await sending.send("spring", "s", [film("other.mp4")])).toBe(false);
    expect(await under).toBe(true);
    expect(sending.said).toEqual(["made.mp4 is a take of this shot now.", "Another take stands before it."]);
    expect(sending.name).toBeNull();
  });

  it("takes one at a time, and none where nothing was chosen", async () => {
    const sent = vi.spyOn(calls, "sendResult").mockReset();
    const sending = new Sending();
    expect(await sending.send("spring", "s", [film("a.mp4"), film("b.mp4")])).toBe(false);
    expect(sending.said[0]).toMatch(/One film at a time/);
    expect(await sending.send("spring", "s", null)).toBe(false);
    expect(sent).not.toHaveBeenCalled();
  });

  it("says why one was refused", async () => {
    vi.spyOn(calls, "sendResult").mockRejectedValue(new Error("gone"));
    const sending = new Sending();
    expect(await sending.send("spring", "s", [film("a.mp4")])).toBe(false);
    expect(sending.refusal).not.toBeNull();
  });
});
