/** Reads the frame number that coded film says in twelve squares at its top left; see `media/coded.py`. */

export const BITS = 12;
const SQUARES_PER_HEIGHT = 18;
const GREY = 128;

/** The number in a row of pixels `width_px` wide at half a square's height; RGBA. */
export function codeIn(row: Uint8ClampedArray, side_px: number): number {
  let code = 0;
  for (let bit = 0; bit < BITS; bit++) {
    const at = (bit * side_px + Math.floor(side_px / 2)) * 4;
    const light = ((row[at] ?? 0) + (row[at + 1] ?? 0) + (row[at + 2] ?? 0)) / 3;
    if (light >= GREY) code |= 1 << bit;
  }
  return code;
}

/** The frame number that stands on a canvas, or null where nothing does. */
export function readCode(canvas: HTMLCanvasElement): number | null {
  const side_px = Math.round(canvas.height / SQUARES_PER_HEIGHT);
  if (side_px < 2 || canvas.width < side_px * BITS) return null;
  const pen = canvas.getContext("2d", { alpha: false });
  return pen ? codeIn(pen.getImageData(0, Math.floor(side_px / 2), side_px * BITS, 1).data, side_px) : null;
}
