/** Marks on a picture: whole points in 1/65,536 of it, y down, and the paths and places they make. */

import type { Span } from "../player/clock";

export const WHOLE = 65_536;
/** The book takes no longer stroke than this. */
export const MOST_POINTS = 4_000;
// 1/8,192 of the picture: half a pixel at 3,840, and a hand is never that steady.
const TOLERANCE = 8;
// Shorter than 1/400 of the picture is a click, not a line.
const LEAST = WHOLE / 400;
const ROUND_STEPS = 72;
// Shares of a letter's height: where the line it stands on lies, how far lines are apart, how wide a letter is.
export const BASELINE = 0.8;
export const LEADING = 1.2;
const LETTER = 0.56;

export type Point = readonly [x: number, y: number];
export type Shape = "pen" | "line" | "arrow" | "rect" | "ellipse" | "text";

export interface Mark {
  frames: Span;
  shape: Shape;
  points: readonly Point[];
  /** In 1/65,536 of the picture's height; of a text, the height of its letters. */
  width: number;
  colour: string;
  text: string;
}

/** Left, top, right, bottom. */
export type Bounds = readonly [number, number, number, number];

const within = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/** The point of a picture under a place on the screen; what lies outside is drawn at the edge. */
export function pointAt(
  x_px: number,
  y_px: number,
  picture: { left: number; top: number; width: number; height: number },
): Point {
  const along = (value: number, from: number, size: number): number =>
    size > 0 ? Math.round(within((value - from) / size, 0, 1) * WHOLE) : 0;
  return [along(x_px, picture.left, picture.width), along(y_px, picture.top, picture.height)];
}

/** How far a point lies from the straight line between two others. */
export function distance(point: Point, from: Point, to: Point): number {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const long = dx * dx + dy * dy;
  const share = long === 0 ? 0 : within(((point[0] - from[0]) * dx + (point[1] - from[1]) * dy) / long, 0, 1);
  return Math.hypot(point[0] - from[0] - share * dx, point[1] - from[1] - share * dy);
}

/**
 * A stroke with the points left out that nobody can see: none of them lay farther from what stays than
 * the tolerance, which grows only where a stroke is longer than the book takes.
 *
 * Source: Douglas and Peucker, 1973; by a stack, since a long stroke would go too deep.
 */
export function simplified(points: readonly Point[], most = MOST_POINTS): Point[] {
  const drawn = points.filter((point, at) => at === 0 || point[0] !== points[at - 1]?.[0] || point[1] !== points[at - 1]?.[1]);
  let kept = thinned(drawn, TOLERANCE);
  for (let tolerance = 2 * TOLERANCE; kept.length > most; tolerance *= 2) kept = thinned(drawn, tolerance);
  return kept;
}

function thinned(points: readonly Point[], tolerance: number): Point[] {
  const keeps = new Set([0, points.length - 1]);
  const open: [number, number][] = [[0, points.length - 1]];
  for (let span = open.pop(); span; span = open.pop()) {
    const [from, to] = span;
    const [a, b] = [points[from], points[to]];
    if (!a || !b) continue;
    let [far, worst] = [-1, tolerance];
    for (let at = from + 1; at < to; at++) {
      const off = distance(points[at] as Point, a, b);
      if (off > worst) [far, worst] = [at, off];
    }
    if (far < 0) continue;
    keeps.add(far);
    open.push([from, far], [far, to]);
  }
  return points.filter((_, at) => keeps.has(at));
}

/** Whether a mark is large enough to be meant; a dot of the pen is. */
export function isMeant({ shape, points, text }: Mark): boolean {
  if (shape === "pen") return points.length > 0;
  if (shape === "text") return text.trim() !== "";
  const [a, b] = points;
  return a !== undefined && b !== undefined && Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])) >= LEAST;
}

/** The mark moved by so much, or as far as the picture goes. */
export function moved(mark: Mark, dx: number, dy: number): Mark {
  const by = (axis: 0 | 1, wanted: number): number => {
    const all = mark.points.map((point) => point[axis]);
    return Math.round(within(wanted, -Math.min(...all), WHOLE - Math.max(...all)));
  };
  const [x, y] = [by(0, dx), by(1, dy)];
  return { ...mark, points: mark.points.map((point) => [point[0] + x, point[1] + y] as const) };
}

/**
 * The lines a mark is made of, both axes in 1/65,536 of the picture's height so that they are alike.
 *
 * @param aspect of the picture, width by height.
 */
export function lines(mark: Mark, aspect: number): Point[][] {
  const points = mark.points.map(([x, y]) => [x * aspect, y] as const);
  const [a, b] = points;
  if (!a) return [];
  if (mark.shape === "pen" || mark.shape === "text" || !b) return [points];
  if (mark.shape === "line") return [[a, b]];
  if (mark.shape === "arrow") return [[a, b], head(a, b, mark.width)];
  if (mark.shape === "rect") return [[a, [b[0], a[1]], b, [a[0], b[1]], a]];
  const [cx, cy, rx, ry] = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2, Math.abs(b[0] - a[0]) / 2, Math.abs(b[1] - a[1]) / 2];
  return [
    Array.from({ length: ROUND_STEPS + 1 }, (_, step) => {
      const turn = (2 * Math.PI * step) / ROUND_STEPS;
      return [cx + rx * Math.cos(turn), cy + ry * Math.sin(turn)] as const;
    }),
  ];
}

/** The two strokes at the tip of an arrow. */
function head(from: Point, to: Point, width: number): Point[] {
  const long = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const size = Math.min(long / 2, Math.max(6 * width, WHOLE / 50));
  const back = Math.atan2(from[1] - to[1], from[0] - to[0]);
  const wing = (turn: number): Point => [to[0] + size * Math.cos(back + turn), to[1] + size * Math.sin(back + turn)];
  return [wing(0.5), to, wing(-0.5)];
}

const spell = (value: number): string => String(Math.round(value * 100) / 100);

/** The lines as an SVG path; a dot is a line of no length, which round ends make visible. */
export const pathOf = (mark: Mark, aspect: number): string =>
  lines(mark, aspect)
    .map((line) => {
      const drawn = line.length === 1 ? [...line, ...line] : line;
      return drawn.map(([x, y], at) => `${at === 0 ? "M" : "L"}${spell(x)} ${spell(y)}`).join("");
    })
    .join("");

export function boundsOf(mark: Mark, aspect: number): Bounds {
  const all = lines(mark, aspect).flat();
  const [xs, ys] = [all.map((point) => point[0]), all.map((point) => point[1])];
  const [left, top, right, bottom] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  if (mark.shape !== "text") return [left, top, right, bottom];
  const rows = mark.text.split("\n");
  const longest = Math.max(...rows.map((row) => row.length));
  return [left, top, left + longest * LETTER * mark.width, top + rows.length * LEADING * mark.width];
}

/** Whether a point of the picture is on a mark, or so near that it is meant. */
export function touches(mark: Mark, point: Point, aspect: number, slack = WHOLE / 80): boolean {
  const here: Point = [point[0] * aspect, point[1]];
  if (mark.shape === "text") {
    const [left, top, right, bottom] = boundsOf(mark, aspect);
    return here[0] >= left - slack && here[0] <= right + slack && here[1] >= top - slack && here[1] <= bottom + slack;
  }
  const reach = Math.max(mark.width / 2, slack);
  return lines(mark, aspect).some((line) =>
    line.some((end, at) => distance(here, line[Math.max(0, at - 1)] ?? end, end) <= reach),
  );
}

export interface Ghost<T> {
  of: T;
  side: "before" | "after";
  /** Frames between it and the one shown, from 1. */
  away: number;
}

/** What stands on frames near one, but not on it: at most so many frames before and after. */
export function ghosts<T extends { frames: Span }>(all: readonly T[], frame: number, reach: number): Ghost<T>[] {
  return all.flatMap((of): Ghost<T>[] => {
    const before = frame - (of.frames.end - 1);
    const after = of.frames.start - frame;
    if (before > 0 && before <= reach) return [{ of, side: "before", away: before }];
    return after > 0 && after <= reach ? [{ of, side: "after", away: after }] : [];
  });
}
