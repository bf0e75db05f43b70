import { describe, expect, it } from "vitest";
import { Lens } from "./lens.svelte";

function lens(): Lens {
  const made = new Lens();
  made.picture = { width: 640, height: 360 };
  made.well = { width: 640, height: 400 };
  made.stored = made.pixels = { width: 1280, height: 720 };
  return made;
}

/** Over a take of which only a third is stored. */
function larger(): Lens {
  const made = lens();
  made.pixels = { width: 3840, height: 2160 };
  return made;
}

describe("the lens", () => {
  it("goes to a pixel for a pixel at the pointer, and back to where it was", () => {
    const made = lens();
    made.over({ x: 100, y: 50 });
    made.actual();
    expect([made.view.scale, made.share]).toEqual([2, 1]);
    expect(made.view.x).toBe(-100);
    expect(made.words).toBe("100 %");
    made.actual();
    expect(made.view).toEqual({ scale: 1, x: 0, y: 0 });
  });

  it("stays at a pixel for a pixel where the picture is laid out anew, and at any other nearness by what it fills", () => {
    const made = lens();
    made.over({ x: 100, y: 50 });
    made.actual();
    made.laid({ width: 800, height: 450 });
    expect([made.view.scale, made.share, made.view.x]).toEqual([1.6, 1, -100]);
    made.actual();
    expect(made.view).toEqual({ scale: 1, x: 0, y: 0 });
    made.zoom(2, { x: 0, y: 0 });
    made.laid({ width: 640, height: 360 });
    expect(made.view.scale).toBe(2);
  });

  it("counts the pixels of a dense screen", () => {
    const made = lens();
    made.density = 2;
    made.actual();
    expect([made.view.scale, made.share]).toEqual([1, 1]);
  });

  it("stops at the fitted size on the way through it", () => {
    const made = lens();
    made.zoom(1.2, { x: 80, y: 0 });
    made.zoom(0.7, { x: -200, y: 30 });
    expect(made.view).toEqual({ scale: 1, x: 0, y: 0 });
  });

  it("nudges light by quarter stops and gamma by tenths, within reason, and says so", () => {
    const made = lens();
    made.expose(1);
    made.bend(-1);
    expect(made.words).toBe("+0.25 stops · gamma 0.9");
    for (let n = 0; n < 40; n++) made.expose(-1);
    expect(made.stops).toBe(-4);
    for (let n = 0; n < 40; n++) made.bend(1);
    expect(made.gamma).toBe(2.5);
  });

  it("goes round the channels and the guides, and one key puts all of it back", () => {
    const made = lens();
    const channels = [1, 2, 3, 4, 5].map(() => (made.nextChannel(), made.channel));
    expect(channels).toEqual(["red", "green", "blue", "luma", "colour"]);
    const guides = [1, 2, 3, 4, 5, 6].map(() => (made.nextGuide(), made.safe ? "safe" : made.mask));
    expect(guides).toEqual(["safe", "1.85", "2.39", "9:16", "1:1", "none"]);
    made.nextChannel();
    made.nextGuide();
    made.expose(1);
    made.zoom(3);
    expect(made.isPlain).toBe(false);
    made.reset();
    expect([made.isPlain, made.words]).toEqual([true, ""]);
  });

  it("counts in pixels of the take where those can be had", () => {
    const made = larger();
    made.actual();
    expect([made.view.scale, made.share, made.words]).toEqual([6, 1, "100 %"]);
  });

  it("asks for the take's own pixels only where more is shown than is stored", () => {
    const made = larger();
    expect(made.full).toBeNull();
    made.zoom(1.9);
    expect(made.full).toBeNull();
    made.zoom(1.1);
    expect(made.full).toBe("full");
    made.reset();
    expect(made.full).toBeNull();
    made.density = 3; // a screen with more pixels than are stored, and nobody looks closely
    expect(made.full).toBeNull();
    const plain = lens();
    plain.zoom(8);
    expect(plain.full).toBeNull();
  });

  it("offers alpha of takes that carry it, and waits with it where the next one does not", () => {
    const made = lens();
    made.hasAlpha = true;
    const channels = [1, 2, 3, 4, 5, 6, 7].map(() => (made.nextChannel(), made.shown));
    expect(channels).toEqual(["red", "green", "blue", "luma", "alpha", "checker", "colour"]);
    made.channel = "checker";
    expect([made.full, made.words, made.changesLight, made.isPlain]).toEqual(["checker", "over checks", false, false]);
    made.hasAlpha = false;
    expect([made.full, made.shown, made.isPlain]).toEqual([null, "colour", true]);
  });
});
