/** How a picture is looked at: where, how near, how bright, which channel. Nothing here touches the picture. */

/** Scale 1 fits the picture into its well; the offset is that of the picture's middle, in CSS pixels. */
export interface View {
  scale: number;
  x: number;
  y: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export const FITTED: View = { scale: 1, x: 0, y: 0 };
const LEAST = 0.25;
const MOST = 64;
// So much of the picture stays in the well, however far it is pushed.
const KEPT_PX = 48;

// A shape that fits whole pixels only in wider steps is not worth the room: it is rounded instead.
const WIDEST_STEP = 64;

/** Every so many pixels of width, the height of a picture of this shape is whole too. */
export function stepOf({ width, height }: Size): number {
  let [a, b] = [Math.max(1, width), Math.max(1, height)];
  while (b > 0) [a, b] = [b, a % b];
  const step = width / a;
  return step <= WIDEST_STEP ? step : 1;
}

/** The same view nearer or farther, with what lies under a point kept under it. */
export function zoomed(view: View, scale: number, at: Point): View {
  const next = Math.min(MOST, Math.max(LEAST, scale));
  const by = next / view.scale;
  return { scale: next, x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by };
}

/** A view from which the picture cannot be lost. */
export function held(view: View, picture: Size, well: Size): View {
  const within = (offset: number, side: number, room: number): number => {
    const most = Math.max(0, (side * view.scale + room) / 2 - KEPT_PX);
    return Math.min(most, Math.max(-most, offset));
  };
  if (view.scale === 1) return FITTED;
  return { scale: view.scale, x: within(view.x, picture.width, well.width), y: within(view.y, picture.height, well.height) };
}

export const CHANNELS = ["colour", "red", "green", "blue", "luma", "alpha", "checker"] as const;
export type Channel = (typeof CHANNELS)[number];

/** Pictures of their own, of takes that carry alpha: its coverage as grey, and its colours over checks. */
const OF_ALPHA: readonly Channel[] = ["alpha", "checker"];

/** The channels that there are of a take. */
export const channelsOf = (hasAlpha: boolean): readonly Channel[] =>
  hasAlpha ? CHANNELS : CHANNELS.filter((one) => !OF_ALPHA.includes(one));

/** Row of a colour matrix that stands in all three channels; luma of BT.709 code values. */
const ROWS: Partial<Record<Channel, string>> = {
  red: "1 0 0 0 0",
  green: "0 1 0 0 0",
  blue: "0 0 1 0 0",
  luma: "0.2126 0.7152 0.0722 0 0",
};

/** `feColorMatrix` values, or null where all channels are shown as they are. */
export function matrixOf(channel: Channel): string | null {
  const row = ROWS[channel];
  return row === undefined ? null : `${row} ${row} ${row} 0 0 0 1 0`;
}

/** Factor on code values for stops of light, on a display of gamma 2.2. */
export const slopeOf = (stops: number): number => 2 ** (stops / 2.2);

export const MASKS = ["none", "1.85", "2.39", "9:16", "1:1"] as const;
export type Mask = (typeof MASKS)[number];

const ASPECTS: Record<Exclude<Mask, "none">, number> = { "1.85": 1.85, "2.39": 2.39, "9:16": 9 / 16, "1:1": 1 };

/** What a mask leaves of a picture: x, y, width and height as shares of it. */
export function opening(mask: Mask, aspect: number): [number, number, number, number] {
  if (mask === "none") return [0, 0, 1, 1];
  const wanted = ASPECTS[mask];
  if (wanted >= aspect) return [0, (1 - aspect / wanted) / 2, 1, aspect / wanted];
  return [(1 - wanted / aspect) / 2, 0, wanted / aspect, 1];
}

/**
 * Safe areas as shares of width and height.
 *
 * Source: SMPTE ST 2046-1: action 93 %, title 90 %.
 */
export const SAFE = { action: 0.93, title: 0.9 } as const;
