/** SMPTE timecode and typed places: the one thing people say instead of a frame number. */

import type { Rate } from "./clock";

/** Frames a second as timecode counts them. */
const nominalOf = (rate: Rate): number => Math.max(1, Math.round(rate.num / rate.den));

/** Whether drop-frame counting is defined at a rate: 29.97 and 59.94. */
export const canDrop = ({ num, den }: Rate): boolean => den === 1001 && (num === 30_000 || num === 60_000);

/**
 * A frame count as timecode; `;` before the frames says drop-frame, which leaves out numbers, never frames.
 *
 * Source: SMPTE ST 12-1:2014, 5.2.2; vectors in `timecode.json`, held by the server's tests too.
 */
export function timecode(frame: number, rate: Rate, drop = false): string {
  const nominal = nominalOf(rate);
  const isDrop = drop && canDrop(rate);
  let count = frame;
  if (isDrop) {
    const skip = (2 * nominal) / 30;
    const perMinute = nominal * 60 - skip;
    const perTen = perMinute * 10 + skip;
    const rest = frame % perTen;
    const minutes = Math.floor(frame / perTen) * 9 + (rest < nominal * 60 ? 0 : 1 + Math.floor((rest - nominal * 60) / perMinute));
    count += skip * minutes;
  }
  const seconds = Math.floor(count / nominal);
  const [hh, mm, ss, ff] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60, count % nominal].map((part) =>
    String(part).padStart(2, "0"),
  );
  return `${hh ?? ""}:${mm ?? ""}:${ss ?? ""}${isDrop ? ";" : ":"}${ff ?? ""}`;
}

/** The frame count a timecode says, or null for one that cannot be. */
export function frameOfTimecode(text: string, rate: Rate): number | null {
  const match = /^(?:(?:(\d{1,2}):)?(\d{1,2}):)?(\d{1,2})([:;])(\d{2})$/.exec(text.trim());
  if (!match) return null;
  const [hours, minutes, seconds, frames] = [match[1], match[2], match[3], match[5]].map((part) => Number(part ?? 0)) as [number, number, number, number];
  const nominal = nominalOf(rate);
  const isDrop = match[4] === ";";
  if (frames >= nominal || seconds > 59 || minutes > 59 || (isDrop && !canDrop(rate))) return null;
  const skip = isDrop ? (2 * nominal) / 30 : 0;
  if (minutes % 10 !== 0 && seconds === 0 && frames < skip) return null;
  const total = hours * 60 + minutes;
  return (total * 60 + seconds) * nominal + frames - skip * (total - Math.floor(total / 10));
}

/**
 * The frame somebody typed: its number as shown, `+12` or `-12` from here, or a timecode.
 *
 * `start` is the number shown of frame 0, `first` the count that its timecode says.
 *
 * Null for what is none; the frame may lie outside the take.
 */
export function placeTyped(text: string, here: number, start: number, rate: Rate, first = 0): number | null {
  const typed = text.trim();
  if (/^\d+$/.test(typed)) return Number(typed) - start;
  if (/^[+\-−]\d+$/.test(typed)) return here + Number(typed.replace("−", "-"));
  const counted = frameOfTimecode(typed, rate);
  return counted === null ? null : counted - first;
}
