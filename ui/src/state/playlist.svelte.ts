/** A playlist of dailies, played as one: what stands in it, where it is, and what is done to it. */

import * as calls from "../api/calls";
import type { PlaylistActView, PlaylistBody, PlaylistDetailView, PlaylistEntryView } from "../api/types";
import { adding, afterAt, applied, type Chosen, type EntryPart, FIRST, hashOf, LAST, operation, partOf, placeOf } from "../dailies/order";
import type { Rate } from "../player/clock";
import { Parts } from "../player/parts";
import { Judging } from "./judging.svelte";
import { Loading } from "./loading.svelte";
import { rateOf } from "./playback.svelte";
import { PlaylistOps } from "./playlistOps.svelte";
import { Projector } from "./projector.svelte";
import { deskAt, route } from "./route.svelte";

export class Playlist extends Projector<EntryPart> {
  readonly loading = new Loading<PlaylistDetailView>();
  readonly ops = new PlaylistOps();
  readonly judging = new Judging();
  /** The screening that is shown; null is the playlist as it stands. */
  screening = $state<string | null>(null);
  /** Something changed while it played; what plays is never swapped. */
  isBehind = $state(false);
  /** A panel beside the list. */
  panel = $state<"list" | "add" | "acts">("list");
  acts = $state.raw<readonly PlaylistActView[]>([]);
  /** What was taken out last, to be put back. */
  removed = $state.raw<PlaylistEntryView | null>(null);

  view = $derived(this.loading.value);
  entries = $derived<readonly PlaylistEntryView[]>(this.view?.entries ?? []);
  entry = $derived<PlaylistEntryView | null>(this.here?.part.view ?? null);
  index = $derived(this.here?.index ?? 0);
  /** Frame of the entry's own take. */
  own = $derived(this.here ? Math.min(this.here.frame, this.here.part.nFrames - 1) : 0);
  /** A screening is what was watched, and an archived playlist stands still. */
  mayChange = $derived((this.view?.may_keep ?? false) && this.screening === null && !this.view?.archived);
  newer = $derived(this.entries.filter((one) => one.newer !== null));
  readonly #news = new Loading<PlaylistDetailView>();
  #production = "";
  #id = "";

  async open(production: string, id: string): Promise<void> {
    const place = placeOf(location.hash);
    this.#production = production;
    this.#id = id;
    this.screening = place.screening;
    this.panel = "list";
    const view = await this.loading.ask(() => calls.getPlaylist(production, id, this.screening));
    if (view) this.#show(view, place.entry, place.frame);
  }

  /** Asks again after the book grew. */
  async refresh(): Promise<void> {
    const { screening } = this;
    const view = await this.#news.ask(() => calls.getPlaylist(this.#production, this.#id, screening));
    if (view && screening === this.screening) this.#hear(view);
    if (!this.playing) void this.judging.refresh();
    if (this.panel === "acts") void this.readActs();
  }

  /** Shows what was watched then, or the playlist as it stands. */
  async watch(screening: string | null): Promise<void> {
    this.clock.pause();
    this.screening = screening;
    const view = await this.loading.ask(() => calls.getPlaylist(this.#production, this.#id, screening));
    if (view) this.#show(view);
  }

  async readActs(): Promise<void> {
    this.acts = await calls.getPlaylistActs(this.#production, this.#id).catch(() => this.acts);
  }

  /** Writes down that it is watched now, and plays it from the start. */
  start(): void {
    if (!this.mayChange) return;
    this.#do(operation("start", this.#id));
    this.clock.seek(0);
    this.clock.play(this.clock.tempo);
  }

  /** Puts an entry at a place among the others. */
  move(id: string, place: number): void {
    const after = afterAt(this.entries, id, place);
    if (this.mayChange && after !== null) this.#do(operation("move", this.#id, { entries: [id], after }));
  }

  moveHere(by: number): void {
    if (this.entry) this.move(this.entry.id, this.index + by);
  }

  remove(entry: PlaylistEntryView | null = this.entry): void {
    if (!this.mayChange || !entry) return;
    if (this.entries.length > 1) this.removed = entry;
    this.#do(operation("remove", this.#id, { entries: [entry.id] }));
  }

  putBack(): void {
    if (!this.mayChange || !this.removed) return;
    this.#do(operation("put_back", this.#id, { entries: [this.removed.id] }));
    this.removed = null;
  }

  /** Adds takes after the entry that is shown, or at the end. */
  add(takes: readonly Chosen[], where: "here" | "end" = "end"): void {
    if (!this.mayChange || takes.length === 0) return;
    const after = where === "end" ? LAST : (this.entry?.id ?? FIRST);
    this.#do(operation("add", this.#id, { ...adding(takes), after }));
  }

  /** Lets entries show the newest takes that arrived since. */
  takeIn(entries: readonly PlaylistEntryView[]): void {
    const found = entries.flatMap((one) => (one.newer ? [{ id: one.id, task: one.task, content: one.newer.content }] : []));
    if (!this.mayChange || found.length === 0) return;
    const takes = found.map(({ task, content }) => ({ task, content }));
    this.#do(operation("take_in", this.#id, { entries: found.map((one) => one.id), takes }));
  }

  rename(label: string, text: string): void {
    if (this.mayChange && label.trim() !== "") this.#do(operation("rename", this.#id, { label: label.trim(), text: text.trim() }));
  }

  archive(isArchived: boolean): void {
    if (this.view?.may_keep) this.#do(operation(isArchived ? "archive" : "restore", this.#id));
  }

  /** Where on the desk what stands here is judged, or null. */
  get desk(): string | null {
    return this.entry === null ? null : deskAt(this.entry.task, this.entry.number, "");
  }

  notePlace(): void {
    if (this.view && !this.playing && this.drawn !== null) route.note(hashOf(this.entry?.id ?? null, this.own, this.screening));
  }

  end(): void {
    this.clock.pause();
    this.ops.end();
  }

  #do(body: PlaylistBody): void {
    const { view } = this;
    // shown at once; what the studio makes of it comes after
    if (view && (view.entries.length > 1 || body.act !== "remove")) this.#show({ ...view, entries: applied(view.entries, body) });
    void this.ops.put(this.#production, body, (after) => {
      if (after && this.screening === null) this.#hear(after);
      else void this.refresh();
      if (this.panel === "acts") void this.readActs();
    });
  }

  /** Shows what the studio says, unless it is older than what is here, or would change what plays. */
  #hear(view: PlaylistDetailView): void {
    if (this.ops.waiting.length > 0 || view.id !== this.view?.id || view.seq < this.view.seq) return;
    this.isBehind = this.playing && !this.isSame(...this.#partsOf(view));
    if (!this.isBehind) this.#show(view);
  }

  #partsOf(view: PlaylistDetailView): [Parts<EntryPart>, Rate] {
    const production = rateOf(view.production.rate, [24, 1]);
    return [new Parts(view.entries.map((one) => partOf(one, production))), production];
  }

  /** Shows a playlist where it was, or at a place in it; an entry that went gives its place to the next. */
  #show(view: PlaylistDetailView, entry: string | null = this.entry?.id ?? null, frame: number = this.here?.frame ?? 0): void {
    const before = this.index;
    this.loading.set(view);
    const [parts, production] = this.#partsOf(view);
    const found = view.entries.findIndex((one) => one.id === entry);
    const index = found >= 0 ? found : Math.min(before, view.entries.length - 1);
    const last = (parts.parts[index]?.frames.end ?? 1) - 1;
    this.put(parts, production, parts.of(Math.max(0, index), found >= 0 ? Math.min(frame, last) : 0));
  }
}
