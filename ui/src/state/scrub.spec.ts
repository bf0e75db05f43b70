import { describe, expect, it } from "vitest";
import { cell } from "./samples";
import { frameAt, Scrub } from "./scrub.svelte";

const BOX = { left: 0, top: 0, bottom: 0 };

/** Pictures that come when the spec says so. */
function slow() {
  const asked: { src: string; come: () => void; fail: () => void }[] = [];
  const load = (src: string): Promise<void> =>
    new Promise((come, fail) => asked.push({ src, come, fail: () => fail(new Error("gone")) }));
  return { asked, load };
}

const rest = (): Promise<void> => new Promise((done) => setTimeout(done));

describe("looking through a cell's take", () => {
  const one = cell("review", { content: "aa", frames: 100 });

  it("reaches the first and the last frame and no further", () => {
    expect([frameAt(0, 150, 100), frameAt(149.9, 150, 100), frameAt(200, 150, 100), frameAt(-3, 150, 100)]).toEqual([0, 99, 99, 0]);
  });

  it("asks for one picture at a time, and then for the newest wish", async () => {
    const { asked, load } = slow();
    const scrub = new Scrub(load);
    for (const frame of [3, 20, 50, 70]) scrub.to(one, frame, BOX);
    expect(asked.map((it) => it.src)).toEqual(["/media/aa/frames/3.jpg"]);
    asked[0]?.come();
    await rest();
    expect(asked.map((it) => it.src)).toEqual(["/media/aa/frames/3.jpg", "/media/aa/frames/70.jpg"]);
    asked[1]?.come();
    await rest();
    expect([scrub.shown, asked.length]).toEqual([70, 2]);
  });

  it("shows nothing of a take that was left", async () => {
    const { asked, load } = slow();
    const scrub = new Scrub(load);
    scrub.to(one, 3, BOX);
    scrub.leave();
    asked[0]?.come();
    await rest();
    expect([scrub.src, scrub.cell]).toEqual([null, null]);
  });

  it("goes on after a picture that did not come", async () => {
    const { asked, load } = slow();
    const scrub = new Scrub(load);
    scrub.to(one, 3, BOX);
    asked[0]?.fail();
    await rest();
    expect(asked).toHaveLength(1);
    scrub.to(one, 4, BOX);
    expect(asked).toHaveLength(2);
  });
});
