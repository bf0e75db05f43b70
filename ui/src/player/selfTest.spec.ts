import { describe, expect, it } from "vitest";
import { BITS, codeIn } from "./coded";
import { percentile, randoms, TRIALS } from "./selfTest";

function rowOf(code: number, side: number): Uint8ClampedArray {
  const row = new Uint8ClampedArray(side * BITS * 4);
  for (let x = 0; x < side * BITS; x++) {
    const light = (code >> Math.floor(x / side)) & 1 ? 235 : 16;
    row.set([light, light, light, 255], x * 4);
  }
  return row;
}

describe("a coded row", () => {
  it.each([0, 1, 2, 119, 1043, 4095])("says %i", (code) => {
    expect(codeIn(rowOf(code, 40), 40)).toBe(code);
    expect(codeIn(rowOf(code, 3), 3)).toBe(code);
  });
});

describe("the self-test", () => {
  it("tries 110 frames", () => {
    expect(Object.values(TRIALS).reduce((sum, one) => sum + one, 0)).toBe(110);
  });

  it("tells the smallest time that covers a share of all", () => {
    const many = Array.from({ length: 20 }, (_, n) => 20 - n);
    expect([percentile(many, 0.5), percentile(many, 0.95), percentile([7], 0.95), percentile([], 0.5)]).toEqual([10, 19, 7, 0]);
  });

  it("jumps to the same frames each time, all over the film", () => {
    const [one, other] = [randoms(12), randoms(12)].map((random) => Array.from({ length: 50 }, () => Math.floor(random.next().value * 120)));
    expect(one).toEqual(other);
    expect(new Set(one).size).toBeGreaterThan(30);
  });
});
