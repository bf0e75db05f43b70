import { afterEach, describe, expect, it, vi } from "vitest";
import * as calls from "../api/calls";
import { Problem } from "../api/problem";
import { cut, slot } from "./samples";
import { Timelines } from "./timelines.svelte";

const forms = [
  { name: "otio", label: "OpenTimelineIO", ending: ".otio", reads: true, writes: true },
  { name: "aaf", label: "AAF", ending: ".aaf", reads: true, writes: false },
];
const file = new File(["TITLE"], "cut.edl");

afterEach(() => vi.restoreAllMocks());

async function opened(): Promise<Timelines> {
  vi.spyOn(calls, "getTimelineForms").mockResolvedValue({ forms, may_import: true });
  const ways = new Timelines();
  await ways.open("bun ny");
  return ways;
}

describe("timelines", () => {
  it("go out in what can be written and come in as what can be read", async () => {
    const ways = await opened();
    expect(ways.written.map((one) => one.name)).toEqual(["otio"]);
    expect(ways.endings).toBe(".otio,.aaf");
    expect(ways.mayImport).toBe(true);
  });

  it("say what a form loses before there is anything to download", async () => {
    const ways = await opened();
    const asked = vi.spyOn(calls, "getTimeline").mockResolvedValue({ name: "bunny-cut-003.otio", lost: ["Gaps."] });
    await ways.choose("otio");
    expect(asked).toHaveBeenCalledWith("bun ny", "otio");
    expect(ways.leaving?.lost).toEqual(["Gaps."]);
    expect(ways.file).toBe("/api/productions/bun%20ny/cut/timeline/otio");
    await ways.choose("");
    expect(ways.file).toBeNull();
  });

  it("drop a late answer for a form that was chosen before", async () => {
    const ways = await opened();
    let late: (view: { name: string; lost: string[] }) => void = () => undefined;
    vi.spyOn(calls, "getTimeline")
      .mockImplementationOnce(() => new Promise((done) => (late = done)))
      .mockResolvedValueOnce({ name: "b.edl", lost: [] });
    const first = ways.choose("otio");
    await ways.choose("edl");
    late({ name: "a.otio", lost: [] });
    await first;
    expect(ways.leaving?.name).toBe("b.edl");
  });

  it("tell what came in and what it left behind", async () => {
    const ways = await opened();
    const view = cut([slot("sh010", 0, 10, "gap")]);
    vi.spyOn(calls, "importTimeline").mockResolvedValue({ cut: view, lost: ["Titles were left out."] });
    expect(await ways.bring(file)).toBe(view);
    expect([ways.came, ways.lost, ways.busy]).toEqual([view.number, ["Titles were left out."], false]);
  });

  it("keep the cut where a file is refused, and say why", async () => {
    const ways = await opened();
    vi.spyOn(calls, "importTimeline").mockRejectedValue(new Error("away"));
    expect(await ways.bring(file)).toBeNull();
    expect(ways.refusal).toBeInstanceOf(Problem);
    expect([ways.came, ways.busy]).toEqual([null, false]);
  });
});
