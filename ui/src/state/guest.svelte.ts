/** What a guest sees of a link: who they are, the takes it shows, the one in front of them, and its end. */

import { drawAsGuest, enterAsGuest, getGuest, getGuestDoor, getGuestDrawings, noteAsGuest, orderGuestFilm } from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { GuestContentView, GuestDoorView, GuestNoteView, GuestProxyView, GuestView } from "../api/types";
import { Drawings } from "../drawing/drawings.svelte";
import { distinct } from "../drawing/places";
import { BrowserShelf } from "../drawing/shelf";
import { Unsent } from "../drawing/unsent.svelte";
import { counter } from "./counter.svelte";
import { newKey } from "./idempotency";
import { Playback, rateOf } from "./playback.svelte";

const POLL_MS = 1_000;
const AWAY_MS = 3_000;
const DRAWN_MS = 10_000;
/** After these nothing is left to be seen: whoever came by the link has to ask for another. */
const OVER = new Set(["guest-link-ended", "guest-needed"]);

export interface Thread {
  note: GuestNoteView;
  answers: GuestNoteView[];
}

/** Notes with their answers under them, in the order in which they were said. */
export function threadsOf(notes: readonly GuestNoteView[]): Thread[] {
  const roots = new Map<string, Thread>();
  const threads: Thread[] = [];
  for (const note of notes) {
    const above = note.reply_to === null ? undefined : roots.get(note.reply_to);
    const thread = above ?? { note, answers: [] };
    if (above) above.answers.push(note);
    else threads.push(thread);
    roots.set(note.id, thread);
  }
  return threads;
}

/** How long something lasts still, in the largest unit that says something. */
export function leftUntil(iso: string, now: number = Date.now()): string {
  const left_m = Math.floor((Date.parse(iso) - now) / 60_000);
  if (left_m < 1) return "less than a minute";
  const [many, unit] = left_m < 120 ? [left_m, "minute"] : left_m < 48 * 60 ? [Math.floor(left_m / 60), "hour"] : [Math.floor(left_m / 1440), "day"];
  return `${String(many)} ${unit}${many === 1 ? "" : "s"}`;
}

export class Guest {
  readonly token: string;
  readonly playback = new Playback();
  /** A shelf of their own: what a guest drew is sent as that guest, never as whoever signs in here. */
  readonly unsent = new Unsent(new BrowserShelf("circletake-guest"), {
    draw: drawAsGuest,
    addNote: () => Promise.reject(new Error("A guest's notes wait for nothing.")),
  });
  readonly drawings = new Drawings(this.unsent, getGuestDrawings);
  door = $state.raw<GuestDoorView | null>(null);
  view = $state.raw<GuestView | null>(null);
  /** Why nothing is to be seen here any more. */
  ended = $state.raw<Problem | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  at = $state(0);
  film = $state.raw<GuestProxyView | null>(null);
  draft = $state("");
  answering = $state.raw<GuestNoteView | null>(null);
  #key = newKey();
  #asked = 0;
  #recorded = 0;
  #deaf: (() => void) | null = null;
  #stream: EventSource | null = null;
  #poll: ReturnType<typeof setTimeout> | null = null;
  #isClosed = false;

  content = $derived<GuestContentView | null>(this.view?.contents[this.at] ?? null);
  mayNote = $derived(this.view?.rights.includes("note") ?? false);
  take = $derived(this.content);
  isDrawing = $derived(this.drawings.drawing && this.mayNote);
  /** What of theirs a note that is written now would show. */
  loose = $derived(this.answering ? [] : this.drawings.loose(this.content?.notes ?? []));
  threads = $derived(threadsOf(this.content?.notes ?? []));

  constructor(token: string) {
    this.token = token;
  }

  /** Looks at the link, and goes in at once where this browser came in by it before. */
  async open(): Promise<void> {
    await this.#try(async () => {
      this.door = await getGuestDoor(this.token);
      if (this.door.name) this.#enter(await getGuest());
    });
  }

  async enter(name: string, passphrase: string): Promise<void> {
    await this.#try(async () => this.#enter(await enterAsGuest(this.token, name, passphrase)));
  }

  /** Shows the door again, for somebody else at the same screen. */
  leave(): void {
    this.#rest();
    this.view = null;
  }

  close(): void {
    this.#isClosed = true;
    this.#rest();
  }

  go(by: number): void {
    this.show(Math.max(0, Math.min((this.view?.contents.length ?? 1) - 1, this.at + by)));
  }

  show(at: number): void {
    this.at = at;
    this.answering = null;
    this.film = null;
    this.#load();
  }

  /** Takes the pen up, where the link lets them note. */
  draw(): void {
    if (!this.mayNote) return;
    this.playback.clock.pause();
    this.drawings.begin();
  }

  async note(): Promise<boolean> {
    const content = this.content;
    if (!content || this.draft.trim() === "") return false;
    const { frame } = this.playback;
    const shown = this.loose;
    const at = shown.length > 0 ? distinct(shown.map((one) => one.frames)) : [{ start: frame, end: frame + 1 }];
    const ranges = this.answering || content.n_frames < 2 ? [] : at;
    return this.#try(async () => {
      // A note names drawings that are there: those on their way go first.
      await this.unsent.settled(DRAWN_MS);
      const gone = new Set(this.unsent.mine.map((one) => (one.kind === "drawing" ? one.body.drawing : "")));
      this.view = await noteAsGuest({
        task: content.task, content: content.content, text: this.draft.trim(), ranges,
        reply_to: this.answering?.id ?? null, drawings: shown.map((one) => one.id).filter((id) => !gone.has(id)), key: this.#key,
      });
      this.#recorded += 1;
      // Only what was recorded is forgotten here; a resend of what was not bears the same key.
      this.#key = newKey();
      this.draft = "";
      this.answering = null;
    });
  }

  /** Asks again for what is seen: something changed, or a picture did not come. */
  async refresh(): Promise<void> {
    if (!this.view) return;
    await this.#try(() => this.#ask());
  }

  /** Of several answers on their way the newest question's counts, whichever comes last. */
  async #ask(): Promise<void> {
    const asked = ++this.#asked;
    const recorded = this.#recorded;
    const view = await getGuest();
    if (asked !== this.#asked || !this.view) return;
    // asked before something of ours was recorded, answered after: it may lack that
    if (recorded !== this.#recorded) return this.#ask();
    this.view = view;
    this.#load();
  }

  async #try(act: () => Promise<void>): Promise<boolean> {
    this.busy = true;
    this.problem = null;
    try {
      await act();
      return true;
    } catch (error) {
      this.#refused(asProblem(error));
      return false;
    } finally {
      this.busy = false;
    }
  }

  #refused(problem: Problem): void {
    if (OVER.has(problem.code)) this.#end(problem);
    else this.problem = problem;
  }

  #end(problem: Problem): void {
    this.ended = problem;
    this.view = null;
    this.#rest();
  }

  #enter(view: GuestView): void {
    this.ended = null;
    counter.start = view.start_frame;
    counter.begin(null, rateOf(null, [24, 1]));
    this.view = view;
    this.show(Math.min(this.at, Math.max(0, view.contents.length - 1)));
    // Whoever gives the same name at the same link is the same guest.
    void this.unsent.begin([view.label, view.until, view.name].join("\n"));
    this.#deaf ??= this.drawings.listen();
    this.#listen();
  }

  #load(): void {
    const content = this.content;
    if (!content) return;
    void this.drawings.read({ task: content.task, content: content.content });
    this.playback.load({ content: content.content, n_frames: content.n_frames, media: { frames: content.frames, proxy: content.proxy, peaks: null } }, rateOf(content.rate, [24, 1]));
    if (content.plays && !content.proxy) void this.#order(content);
  }

  /** Has the film made with this guest's name in it, and asks until it is there. */
  async #order(content: GuestContentView): Promise<void> {
    if (this.#poll !== null) clearTimeout(this.#poll);
    try {
      const film = await orderGuestFilm(content.content);
      if (this.#isClosed || this.content?.content !== content.content || !this.view) return;
      this.film = film;
      if (film.ready) await this.refresh();
      else if (film.error === null) this.#poll = setTimeout(() => void this.#order(content), POLL_MS);
    } catch (error) {
      const problem = asProblem(error);
      this.#refused(problem);
      // The studio was away: it is asked again, for nobody sits there to press anything.
      if (problem.code === "unreachable" && !this.#isClosed) this.#poll = setTimeout(() => void this.#order(content), AWAY_MS);
    }
  }

  #listen(): void {
    this.#stream?.close();
    this.#stream = new EventSource("/api/guest/events");
    this.#stream.addEventListener("changed", () => void this.refresh());
    this.#stream.addEventListener("ended", () => void this.refresh());
    let wasLost = false;
    // Refused for good: ask once more by an ordinary request, which says why.
    this.#stream.onerror = () => {
      wasLost = true;
      if (this.#stream?.readyState === EventSource.CLOSED) void this.refresh();
    };
    // What happened while the stream was away was told to nobody.
    this.#stream.onopen = () => {
      if (wasLost) void this.refresh();
      wasLost = false;
    };
  }

  #rest(): void {
    this.drawings.leave();
    this.#deaf?.();
    this.#deaf = null;
    if (this.#poll !== null) clearTimeout(this.#poll);
    this.#poll = null;
    this.#stream?.close();
    this.#stream = null;
    this.playback.clock.pause();
  }
}
