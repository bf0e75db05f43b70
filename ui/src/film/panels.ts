/** Which panels of a strip are in sight. */

import type { Span } from "../player/clock";

/** From one panel to the next. */
export const PITCH_PX = 168;
// Beyond each edge, so that a panel is there before it is seen.
const BEYOND = 4;

export function panelsIn(left_px: number, width_px: number, many: number, pitch_px = PITCH_PX): Span {
  const start = Math.max(0, Math.floor(left_px / pitch_px) - BEYOND);
  return { start: Math.min(start, many), end: Math.min(many, Math.ceil((left_px + width_px) / pitch_px) + BEYOND) };
}
