/** Playlists as lists: what an operation makes of one, and where a row that is dragged comes to stand. */

import type { PlaylistBody, PlaylistEntryView } from "../api/types";
import type { Rate } from "../player/clock";
import type { ReelPart } from "../player/reel";
import { uuid7 } from "../drawing/uuid7";

/** Height of an entry in the list. */
export const ENTRY_PX = 72;
/** Entries of a playlist that may be shown; what a server holds to. */
export const MOST_ENTRIES = 1_000;
/** A still stands for so long. */
const STILL_S = 3;

export interface Chosen {
  task: string;
  content: string;
}

export const FIRST = "first";
export const LAST = "last";

/** An operation with an id of its own; what it does not speak of is empty. */
export function operation(act: PlaylistBody["act"], playlist: string, more: Partial<PlaylistBody> = {}): PlaylistBody {
  return { op: uuid7(), act, playlist, entries: [], takes: [], after: "", label: "", text: "", ...more };
}

export const adding = (takes: readonly Chosen[]): Pick<PlaylistBody, "entries" | "takes"> => ({
  entries: takes.map(() => uuid7()),
  takes: takes.map(({ task, content }) => ({ task, content })),
});

interface Listed {
  id: string;
}

/** What a list will be once an operation is done; those that bring something new are shown when they are done. */
export function applied<E extends Listed>(entries: readonly E[], { act, entries: named, after }: PlaylistBody): E[] {
  if (act === "remove") return entries.filter((one) => !named.includes(one.id));
  if (act !== "move") return [...entries];
  const moved = named.flatMap((id) => entries.filter((one) => one.id === id));
  const rest = entries.filter((one) => !named.includes(one.id));
  const before = rest.findIndex((one) => one.id === after);
  const at = after === FIRST ? 0 : before < 0 ? rest.length : before + 1;
  return [...rest.slice(0, at), ...moved, ...rest.slice(at)];
}

/** What an entry comes after when it is put at a place among the others; null where it stands there already. */
export function afterAt(entries: readonly Listed[], id: string, place: number): string | null {
  const from = entries.findIndex((one) => one.id === id);
  const rest = entries.filter((one) => one.id !== id);
  const to = Math.min(Math.max(place, 0), rest.length);
  if (from < 0 || to === from) return null;
  return to === 0 ? FIRST : (rest[to - 1]?.id ?? LAST);
}

/** Place that a row gets when it is let go so far below where its list begins. */
export const placeAt = (y_px: number, many: number): number => Math.min(Math.max(Math.floor(y_px / ENTRY_PX), 0), Math.max(0, many - 1));

export interface EntryPart extends ReelPart {
  view: PlaylistEntryView;
}

const rateOf = (rate: readonly number[] | null): Rate | null => (rate ? { num: rate[0] ?? 24, den: rate[1] ?? 1 } : null);

/** An entry as the player counts it: a still stands for a while. */
export function partOf(view: PlaylistEntryView, production: Rate): EntryPart {
  const rate = rateOf(view.rate) ?? production;
  const isStill = view.n_frames <= 1;
  const length = isStill ? Math.ceil((STILL_S * rate.num) / rate.den) : view.n_frames;
  return {
    view,
    frames: { start: 0, end: length },
    nFrames: Math.max(1, view.n_frames),
    pictures: view.media.frames,
    proxy: isStill ? null : view.media.proxy,
    rate,
  };
}

/** How long entries last together, as `1:04:07`. */
export function lasts(parts: readonly Pick<EntryPart, "frames" | "rate">[]): string {
  const all_s = parts.reduce((sum, { frames, rate }) => sum + ((frames.end - frames.start) * (rate?.den ?? 1)) / (rate?.num ?? 24), 0);
  const whole = Math.round(all_s);
  const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, "0");
  return hours > 0 ? `${String(hours)}:${two(minutes)}:${two(seconds)}` : `${String(minutes)}:${two(seconds)}`;
}

/** Where an address of dailies points: `#e=…&f=12&s=…`. */
export function placeOf(hash: string): { entry: string | null; frame: number; screening: string | null } {
  const named = new URLSearchParams(hash.replace(/^#/, ""));
  const frame = named.get("f") ?? "";
  return { entry: named.get("e"), frame: /^\d+$/.test(frame) ? Number(frame) : 0, screening: named.get("s") };
}

export function hashOf(entry: string | null, frame: number, screening: string | null): string {
  const named = new URLSearchParams();
  if (entry !== null) named.set("e", entry);
  if (frame > 0) named.set("f", String(frame));
  if (screening !== null) named.set("s", screening);
  return `#${named.toString()}`;
}
