import { afterEach, describe, expect, it, vi } from "vitest";
import * as calls from "../api/calls";
import type { FactView, ProvenanceView } from "../api/types";
import { byTrust, isLong, Provenance, summaryOf, TRUST_LOOKS } from "./provenance.svelte";

const fact = (more: Partial<FactView> = {}): FactView => ({ what: "tool", value: "ComfyUI", trust: "embedded", where: "PNG text", ...more });
const view = (more: Partial<ProvenanceView> = {}): ProvenanceView => ({ is_read: true, is_unknown: false, facts: [fact()], refused: [], ...more });

describe("where a take came from", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it("is asked for once it is opened, and once a take", async () => {
    const asked = vi.spyOn(calls, "getProvenance").mockResolvedValue(view());
    const origin = new Provenance();
    origin.look("t_1", "aa");
    expect(asked).not.toHaveBeenCalled();
    origin.isOpen = true;
    origin.look("t_1", "aa");
    origin.look("t_1", "aa");
    await vi.waitFor(() => expect(origin.view?.facts).toHaveLength(1));
    expect(asked).toHaveBeenCalledTimes(1);
    origin.look("t_1", "bb");
    expect(origin.view).toBeNull();
    await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(2));
  });

  it("is asked for again while the file is being read, and no longer once another take is looked at", async () => {
    vi.useFakeTimers();
    const asked = vi.spyOn(calls, "getProvenance").mockResolvedValue(view({ is_read: false, facts: [] }));
    const origin = new Provenance();
    origin.isOpen = true;
    origin.look("t_1", "aa");
    await vi.advanceTimersByTimeAsync(4000);
    expect(asked).toHaveBeenCalledTimes(3);
    origin.leave();
    await vi.advanceTimersByTimeAsync(4000);
    expect(asked).toHaveBeenCalledTimes(3);
  });

  it("says in few words what made it", () => {
    expect(summaryOf(null)).toBe("");
    expect(summaryOf(view({ is_read: false }))).toBe("being read");
    expect(summaryOf(view({ is_unknown: true, facts: [] }))).toBe("unknown");
    expect(summaryOf(view({ facts: [fact({ what: "seed", value: "7" }), fact()] }))).toBe("ComfyUI");
  });

  it("tells each kind of trust by word, shape and colour", () => {
    const looks = Object.values(TRUST_LOOKS);
    for (const part of ["shape", "colour", "label"] as const) expect(new Set(looks.map((look) => look[part])).size).toBe(5);
  });

  it("puts facts under how far they can be trusted, the strongest first", () => {
    const facts = [fact({ trust: "declared" }), fact({ what: "seed" }), fact({ trust: "signed" }), fact()];
    expect(byTrust(facts).map(([trust, told]) => [trust, told.length])).toEqual([["signed", 1], ["embedded", 2], ["declared", 1]]);
    expect(byTrust([])).toEqual([]);
  });

  it("gives prompts room", () => {
    expect(isLong(fact())).toBe(false);
    expect(isLong(fact({ value: "a\nb" }))).toBe(true);
    expect(isLong(fact({ value: "x".repeat(200) }))).toBe(true);
  });
});
