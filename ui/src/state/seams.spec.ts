import { describe, expect, it, vi } from "vitest";
import * as calls from "../api/calls";
import type { CutSlotView, CutView, JobView, SeamEndView, SeamView } from "../api/types";
import { Seams, chosen, madeFrom, meeting, remarks, rows, sealLook } from "./seams.svelte";

const end = (name: string, z: string, more: Partial<SeamEndView> = {}): SeamEndView => ({
  end: name, state: "holds", plate: "pp", plate_frame: 23, frame: 0,
  readings: [{ kind: "grain", label: "grain", z, p: "0.400", limit: "6.1", told: Math.abs(Number(z)) > 6.1 }], ...more,
});
const seam = (number: number, more: Partial<SeamView> = {}): SeamView => ({
  take: `k${String(number)}`, number, content: `c${String(number)}`, stands: false, is_splice: false, made_from: null, joins: "both",
  holds: true, stale: false, why: "", held: 0, mute: false, sentence: "", ends: [end("in", "0.30"), end("out", "0.10")], ...more,
});
const raw = seam(1, { holds: false, ends: [end("in", "-19.00"), end("out", "18.00")] });
const spliced = seam(2, { is_splice: true, made_from: 1 });
const view = { slot: "s1", shot: "SH020", may_measure: true, may_splice: true, seams: [seam(3), spliced, raw] };

describe("the seams of a slot", () => {
  it("shows what stands there, else the newest splice, else the last that was measured", () => {
    expect(chosen(view)?.number).toBe(2);
    expect(chosen({ ...view, seams: [spliced, { ...raw, stands: true }] })?.number).toBe(1);
    expect(chosen({ ...view, seams: [seam(3), raw] })?.number).toBe(3);
    expect(chosen({ ...view, seams: [] })).toBeNull();
  });

  it("sets a splice beside the take that it was made from", () => {
    expect(madeFrom(view, spliced)?.number).toBe(1);
    expect(madeFrom(view, raw)).toBeNull();
    expect(rows(raw.ends[0]!, spliced.ends[0]!)).toEqual([{ label: "grain", before: "-19.00", after: "0.30", limit: "6.1", told: false }]);
    expect(rows(null, raw.ends[0]!)[0]).toMatchObject({ before: "", told: true });
  });

  it("puts the two frames that meet in the order in which they are seen", () => {
    expect(meeting(spliced, spliced.ends[0]!)).toEqual(["/media/pp/frames/23.jpg", "/media/c2/frames/0.jpg"]);
    expect(meeting(spliced, spliced.ends[1]!)[0]).toBe("/media/c2/frames/0.jpg");
    expect(meeting(spliced, end("in", "0", { plate: null }))).toHaveLength(1);
  });

  it("says by a shape whether it can be told, and first of all whether it is stale", () => {
    expect(sealLook(spliced).shape).toBe("dot");
    expect(sealLook(raw).shape).toBe("arrow");
    expect(sealLook({ ...raw, stale: true }).shape).toBe("broken_ring");
  });
});

describe("an order of seams", () => {
  const job = (state: string, error: string | null = null): JobView => ({
    id: 1, key: "j1", op: "splice", label: "", state, done_frames: 0, total_frames: 0, error, may_stop: false,
  });
  const cut = { production: { code: "spring" }, hash: "h" } as CutView;
  const slot = { id: "s1", take: "c1", source_in: 0, offers: [{ take: "k1", content: "c1" }] } as unknown as CutSlotView;

  it("is under way until its own job is done, and then asks what was measured", async () => {
    const asked = vi.spyOn(calls, "getSeams").mockResolvedValue(view);
    vi.spyOn(calls, "spliceTake").mockResolvedValue(job("queued"));
    const seams = new Seams();
    await seams.open("spring", "s1");
    await seams.splice(cut, slot);
    expect(seams.ordered).toBe(true);
    seams.follow([{ ...job("done"), key: "another" }, job("running")]);
    expect(seams.ordered).toBe(true);
    seams.follow([job("done")]);
    expect(seams.ordered).toBe(false);
    expect(asked).toHaveBeenCalledTimes(2);
  });

  it("says that the same recipe was run before, and why a job failed", async () => {
    const ordered = vi.spyOn(calls, "spliceTake").mockResolvedValue(job("done"));
    const seams = new Seams();
    await seams.splice(cut, slot);
    expect(seams.said).toMatch(/no new take/);
    ordered.mockResolvedValue(job("queued"));
    await seams.splice(cut, slot);
    expect(seams.said).toBe("");
    seams.follow([job("failed", "The disk has no room.")]);
    expect([seams.ordered, seams.said]).toEqual([false, "The disk has no room."]);
  });

  it("says what is to be known beside the figures", () => {
    expect(remarks(spliced)).toEqual([]);
    expect(remarks({ ...spliced, stale: true, why: "Moved.", held: 1, mute: true })).toHaveLength(3);
  });
});
