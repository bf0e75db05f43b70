/** The heat strip: what a check measured, frame by frame, as height and lightness of one hue. */

import type { Span } from "./clock";

/** One column: the highest value under it, or null where nothing there was measured. */
export interface Column {
  peak: number | null;
  /** Some frame under it was not measured. */
  partly: boolean;
}

export interface Lane {
  values: readonly (number | null)[];
  low: number;
  high: number;
  threshold: number | null;
}

/** One-frame faults must show however narrow the strip: a column is the maximum, never the mean. */
export function columns(values: readonly (number | null)[], count: number): Column[] {
  return Array.from({ length: count }, (_, column) => {
    const from = Math.floor((column * values.length) / count);
    const to = Math.max(from + 1, Math.ceil(((column + 1) * values.length) / count));
    const under = values.slice(from, to);
    const measured = under.filter((value): value is number => value !== null);
    return { peak: measured.length > 0 ? Math.max(...measured) : null, partly: measured.length < under.length };
  });
}

/** Columns between two looks of a check that looks at every so many frames: they are passed by, not left out. */
export function between(values: readonly (number | null)[], count: number): Set<number> {
  const looked = values.flatMap((value, frame) => (value === null ? [] : [frame]));
  const gaps = looked.slice(1).map((frame, n) => frame - (looked[n] ?? 0));
  const usual = [...gaps].sort((a, b) => a - b)[gaps.length >> 1] ?? 1;
  const found = new Set<number>();
  if (usual < 2) return found;
  const rest = values.length - (looked.at(-1) ?? 0);
  for (const [n, gap] of [...gaps, ...(rest <= usual ? [rest] : [])].entries()) {
    const from = looked[n] ?? 0;
    if (gap > 2 * usual) continue;
    for (let column = Math.ceil((from * count) / values.length); column < ((from + gap) * count) / values.length; column++) found.add(column);
  }
  return found;
}

/** 0–1 between the lane's ends. */
export const share = (value: number, low: number, high: number): number =>
  high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0;

/** The frame under a place on a strip `width_px` wide. */
export const frameAtPlace = (x_px: number, width_px: number, nFrames: number): number =>
  Math.min(nFrames - 1, Math.max(0, Math.floor((x_px / width_px) * nFrames)));

/** Where a frame's middle lies, 0–1. */
export const placeOfFrame = (frame: number, nFrames: number): number => (frame + 0.5) / nFrames;

/** Left edge and width of a span, in per cent. */
export const extent = (span: Span, nFrames: number): { left: number; width: number } => ({
  left: (span.start / nFrames) * 100,
  width: ((span.end - span.start) / nFrames) * 100,
});

export const heat = (part: number): string =>
  `oklch(${(0.4 + 0.42 * part).toFixed(3)} ${(0.045 + 0.115 * part).toFixed(3)} 55)`;

/** What no check can flag is drawn in grey: heat means that somebody should look. */
export const measure = (part: number): string => `oklch(${(0.38 + 0.2 * part).toFixed(3)} 0 0)`;

/** Worst first; flagged frames of each flag's own peak, then the checks' worst frames, each once. */
export function worstFrames(
  evidence: readonly { worst_frame: number | null; flags: readonly Span[]; series: readonly Lane[] }[],
): number[] {
  const found = new Map<number, number>();
  const keep = (frame: number, weight: number): void => {
    found.set(frame, Math.max(found.get(frame) ?? 0, weight));
  };
  for (const { worst_frame, flags, series } of evidence) {
    const lane = series.find((one) => one.threshold !== null);
    for (const flag of flags) {
      let peak = flag.start;
      for (let frame = flag.start; frame < flag.end; frame++) {
        if ((lane?.values[frame] ?? -Infinity) > (lane?.values[peak] ?? -Infinity)) peak = frame;
      }
      const inside = worst_frame !== null && worst_frame >= flag.start && worst_frame < flag.end;
      keep(inside ? worst_frame : peak, inside ? 2 : 1 + share(lane?.values[peak] ?? 0, lane?.low ?? 0, lane?.high ?? 1));
    }
    if (worst_frame !== null) keep(worst_frame, 2);
  }
  return [...found].sort(([a, heavy], [b, heavier]) => heavier - heavy || a - b).map(([frame]) => frame);
}

/** Draws a lane over the whole canvas. */
export function paintLane(canvas: HTMLCanvasElement, lane: Lane, width_px: number, height_px: number): void {
  const density = globalThis.devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(width_px * density));
  canvas.height = Math.max(1, Math.round(height_px * density));
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.clearRect(0, 0, canvas.width, canvas.height);
  const hatch = hatching(pen, density);
  const many = columns(lane.values, canvas.width);
  const passed = between(lane.values, canvas.width);
  many.forEach((column, x) => {
    if (column.peak === null) {
      if (passed.has(x)) return;
      pen.fillStyle = hatch;
      pen.fillRect(x, 0, 1, canvas.height);
      return;
    }
    const part = share(column.peak, lane.low, lane.high);
    const height = Math.max(density, Math.round(part * canvas.height));
    pen.fillStyle = lane.threshold === null ? measure(part) : heat(part);
    pen.fillRect(x, canvas.height - height, 1, height);
  });
  if (lane.threshold === null) return;
  const y = Math.round((1 - share(lane.threshold, lane.low, lane.high)) * (canvas.height - 1)) + 0.5;
  pen.strokeStyle = "#d6d6d6";
  pen.lineWidth = 1;
  pen.setLineDash([3 * density, 3 * density]);
  pen.beginPath();
  pen.moveTo(0, y);
  pen.lineTo(canvas.width, y);
  pen.stroke();
}

function hatching(pen: CanvasRenderingContext2D, density: number): CanvasPattern | string {
  const tile = document.createElement("canvas");
  tile.width = tile.height = Math.round(6 * density);
  const ink = tile.getContext("2d");
  if (!ink) return "#3a3a3a";
  ink.strokeStyle = "#4a4a4a";
  ink.lineWidth = density;
  for (const shift of [-1, 0, 1]) {
    ink.beginPath();
    ink.moveTo(shift * tile.width, tile.height);
    ink.lineTo((shift + 1) * tile.width, 0);
    ink.stroke();
  }
  return pen.createPattern(tile, "repeat") ?? "#3a3a3a";
}
