/** Regions of a picture: x, y, width, height in ten-thousandths of it, so that no size is needed. */

export type Region = readonly [x: number, y: number, width: number, height: number];

export const WHOLE = 10_000;
const LEAST = 100;

const within = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/** The region between two corners, given as shares of the picture; null for one too small to be meant. */
export function regionOf(from: readonly [number, number], to: readonly [number, number]): Region | null {
  const [x0, x1] = [from[0], to[0]].map((share) => Math.round(within(share, 0, 1) * WHOLE)).sort((a, b) => a - b) as [number, number];
  const [y0, y1] = [from[1], to[1]].map((share) => Math.round(within(share, 0, 1) * WHOLE)).sort((a, b) => a - b) as [number, number];
  return x1 - x0 < LEAST || y1 - y0 < LEAST ? null : [x0, y0, x1 - x0, y1 - y0];
}

/** The region moved, or made larger, by so much; it stays inside the picture. */
export function nudged(region: Region, dx: number, dy: number, how: "move" | "size"): Region {
  const [x, y, width, height] = region;
  if (how === "size") return [x, y, within(width + dx, LEAST, WHOLE - x), within(height + dy, LEAST, WHOLE - y)];
  return [within(x + dx, 0, WHOLE - width), within(y + dy, 0, WHOLE - height), width, height];
}
