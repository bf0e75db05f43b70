import { describe, expect, it } from "vitest";
import { Ring } from "./ring";

class Loader {
  asked: number[] = [];
  closed: number[] = [];
  atOnce = 0;
  most = 0;
  #open = new Map<number, (ok: boolean) => void>();

  load = (frame: number): Promise<{ frame: number; close: () => void }> => {
    this.asked.push(frame);
    this.most = Math.max(this.most, ++this.atOnce);
    return new Promise((resolve, reject) => {
      this.#open.set(frame, (ok) => {
        this.atOnce--;
        if (ok) resolve({ frame, close: () => this.closed.push(frame) });
        else reject(new Error("gone"));
      });
    });
  };

  async answer(frame: number, ok = true): Promise<void> {
    this.#open.get(frame)?.(ok);
    this.#open.delete(frame);
    for (let turn = 0; turn < 6; turn++) await Promise.resolve();
  }

  async answerAll(): Promise<void> {
    for (let left = 400; left > 0 && this.#open.size > 0; left--) {
      await this.answer([...this.#open.keys()][0]!);
    }
  }
}

function ring(nFrames = 240, radius = 24) {
  const loader = new Loader();
  const arrived: number[] = [];
  return { loader, arrived, ring: new Ring(loader.load, nFrames, (frame) => arrived.push(frame), { radius, idle_ms: 5 }) };
}

const rest = () => new Promise((resolve) => setTimeout(resolve, 15));

describe("a ring of frames", () => {
  it("asks for the wanted frame alone, then for its neighbours one at a time", async () => {
    const { ring: frames, loader } = ring();
    frames.want(1);
    expect(loader.asked).toEqual([1]);
    await loader.answer(1);
    expect(loader.asked).toEqual([1, 2]);
    await loader.answerAll();
    expect(loader.most).toBe(1);
    expect(frames.size).toBe(26);
  });

  it("looks ahead in the direction of travel", async () => {
    const { ring: frames } = ring();
    frames.want(100);
    frames.want(99);
    expect(frames.order().slice(0, 6)).toEqual([98, 97, 100, 96, 95, 101]);
  });

  it("lets go of every frame farther than its radius", async () => {
    const { ring: frames, loader } = ring(240, 3);
    frames.want(0);
    await loader.answerAll();
    expect(frames.size).toBe(4);
    frames.want(100);
    expect(loader.closed.sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
    expect(frames.size).toBe(0);
  });

  it("rests after a jump before it fetches neighbours", async () => {
    const { ring: frames, loader } = ring();
    frames.want(120);
    await loader.answer(120);
    expect(loader.asked).toEqual([120]);
    await rest();
    expect(loader.asked).toEqual([120, 121]);
  });

  it("goes for the newest wanted frame when many are asked for at once", async () => {
    const { ring: frames, loader } = ring();
    for (const frame of [10, 30, 50, 70, 90]) frames.want(frame);
    expect(loader.asked).toEqual([10, 30]);
    await loader.answer(10);
    expect(loader.asked).toEqual([10, 30, 90]);
  });

  it("closes a frame that comes too late to be near", async () => {
    const { ring: frames, loader } = ring(240, 3);
    frames.want(10);
    frames.want(200);
    await loader.answer(10);
    expect(loader.closed).toEqual([10]);
    expect(frames.get(10)).toBeUndefined();
  });

  it("says which frame could not be had and does not ask for it again by itself", async () => {
    const { ring: frames, loader } = ring();
    frames.want(1);
    await loader.answer(1, false);
    expect(frames.hasFailed(1)).toBe(true);
    expect(loader.asked.filter((frame) => frame === 1)).toHaveLength(1);
  });

  it("closes everything with itself", async () => {
    const { ring: frames, loader } = ring(5, 3);
    frames.want(0);
    await loader.answerAll();
    frames.close();
    expect(loader.closed).toHaveLength(4);
  });
});
