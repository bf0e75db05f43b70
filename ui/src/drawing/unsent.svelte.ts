/** What was drawn and noted and is not in the book yet: kept here first, sent until the studio has it. */

import * as calls from "../api/calls";
import { asProblem } from "../api/problem";
import type { DrawingBody, DrawingView, NoteBody, TaskView } from "../api/types";
import { BrowserShelf, type New, type Shelf, type Waiting } from "./shelf";

export interface Post {
  draw(body: DrawingBody, person: string): Promise<DrawingView[]>;
  addNote(body: NoteBody, person: string): Promise<TaskView>;
}

/** What came of sending; null where another tab sent it, or it was let go. */
export type Answer = DrawingView[] | TaskView | null;
type Listener = (item: Waiting, answer: Answer) => void;

const LOCK = "circletake.waiting";
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 8_000;
const TOO_MANY = 429;
const SERVERS_FAULT = 500;

/** Tabs of one browser send one after the other; where there are no locks the same id sent twice counts once. */
async function alone(doing: () => Promise<void>): Promise<void> {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  await (locks ? locks.request(LOCK, doing) : doing());
}

const idOf = (item: New): string => (item.kind === "drawing" ? item.body.op : item.body.key);

export class Unsent {
  items = $state.raw<Waiting[]>([]);
  /** Whether they outlive this tab; a browser may refuse to keep anything. */
  isKept = $state(true);
  /** Somebody else signed in in this browser since. */
  isOthers = $state(false);
  person = $state<string | null>(null);
  #shelf: Shelf;
  #post: Post;
  #listeners = new Set<Listener>();
  #isSending = false;
  #isStopped = true;
  #wait_ms = FIRST_WAIT_MS;
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** Of what is not on the shelf yet; those that are count from 1. */
  #unshelved = 0;

  mine = $derived(this.items.filter((one) => one.person === this.person));
  refused = $derived(this.mine.filter((one) => one.refused !== null));
  others = $derived(this.items.length - this.mine.length);

  constructor(shelf: Shelf = new BrowserShelf(), post: Post = calls) {
    this.#shelf = shelf;
    this.#post = post;
    // node, where the specs run, has no network to come back
    if (typeof window !== "undefined") window.addEventListener("online", () => void this.#go());
  }

  /** Somebody is signed in: what they left here goes on its way. */
  async begin(person: string): Promise<void> {
    this.person = person;
    this.#isStopped = false;
    this.isOthers = false;
    try {
      const stored = await this.#shelf.all();
      const known = new Set(stored.map(idOf));
      this.items = [...stored, ...this.items.filter((one) => !known.has(idOf(one)))];
    } catch {
      this.isKept = false;
    }
    await this.#go();
  }

  /** Calls back after something was sent or let go, until the returned function is called. */
  onSent(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  draw(body: DrawingBody): Promise<void> {
    return this.#add({ kind: "drawing", body, person: this.person ?? "", refused: null });
  }

  note(body: NoteBody): Promise<void> {
    return this.#add({ kind: "note", body, person: this.person ?? "", refused: null });
  }

  /** Lets go of what the studio refused, and of what leans on it. */
  async drop(item: Waiting): Promise<void> {
    const gone = item.kind === "drawing" && item.body.act === "add" ? item.body.drawing : null;
    for (const one of this.mine) {
      const isOfIt = one.kind === "drawing" && one.body.drawing === gone;
      if (idOf(one) === idOf(item) || isOfIt) await this.#remove(one, null);
      else if (one.kind === "note" && gone !== null && one.body.drawings.includes(gone)) {
        await this.#change({ ...one, body: { ...one.body, drawings: one.body.drawings.filter((id) => id !== gone) } });
      }
    }
    await this.#go();
  }

  /** Sends again what was refused, for instance after a right was given. */
  async again(item: Waiting): Promise<void> {
    await this.#change({ ...item, refused: null });
    await this.#go();
  }

  async #add(item: New): Promise<void> {
    const held = { ...item, n: --this.#unshelved } as Waiting;
    this.items = [...this.items, held];
    try {
      const n = await this.#shelf.add(item);
      this.#replace({ ...held, n });
    } catch {
      this.isKept = false;
      this.#replace({ ...held, n: 0 });
    }
    await this.#go();
  }

  /** The first that may go: on the shelf, or beyond keeping; and nothing that it leans on was refused. */
  #next(): Waiting | undefined {
    const lost = new Set(this.refused.flatMap((one) => (one.kind === "drawing" ? [one.body.drawing] : [])));
    const leans = (one: Waiting): boolean =>
      one.kind === "drawing" ? lost.has(one.body.drawing) : one.body.drawings.some((id) => lost.has(id));
    const first = this.mine.find((one) => one.refused === null && !leans(one));
    // one that is being kept right now goes first all the same: whoever waits behind it waits
    return first && first.n >= 0 ? first : undefined;
  }

  async #go(): Promise<void> {
    if (this.#isSending || this.#isStopped || !this.#next()) return;
    this.#isSending = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    try {
      await alone(async () => {
        for (let next = this.#next(); next; next = this.#next()) if (!(await this.#send(next))) return;
      });
    } finally {
      this.#isSending = false;
    }
    if (this.#isStopped || this.#timer || !this.#next()) return;
    this.#timer = setTimeout(() => void this.#retry(), this.#wait_ms);
    this.#wait_ms = Math.min(2 * this.#wait_ms, LONGEST_WAIT_MS);
  }

  #retry(): Promise<void> {
    this.#timer = null;
    return this.#go();
  }

  /** Whether to go on with the next. */
  async #send(item: Waiting): Promise<boolean> {
    if (item.n > 0 && !(await this.#shelf.has(item.n).catch(() => true))) {
      await this.#remove(item, null);
      return true;
    }
    try {
      const answer = await (item.kind === "drawing"
        ? this.#post.draw(item.body, item.person)
        : this.#post.addNote(item.body, item.person));
      this.#wait_ms = FIRST_WAIT_MS;
      await this.#remove(item, answer);
      return true;
    } catch (error) {
      const problem = asProblem(error);
      this.isOthers = problem.code === "somebody-else";
      this.#isStopped = this.isOthers || problem.code === "sign-in-needed";
      if (this.#isStopped || problem.status === 0 || problem.status === TOO_MANY || problem.status >= SERVERS_FAULT) return false;
      await this.#change({ ...item, refused: problem.detail });
      return true;
    }
  }

  /** Done once nothing of this person waits any more; false where that takes longer than so long. */
  async settled(longest_ms: number): Promise<boolean> {
    const until = Date.now() + longest_ms;
    while (this.mine.length > this.refused.length && Date.now() < until) await new Promise((again) => setTimeout(again, 50));
    return this.mine.length === this.refused.length;
  }

  async #remove(item: Waiting, answer: Answer): Promise<void> {
    // told before it is gone from the line, so that what it shows never blinks
    for (const listener of this.#listeners) listener(item, answer);
    this.items = this.items.filter((one) => idOf(one) !== idOf(item));
    if (item.n > 0) await this.#shelf.take(item.n).catch(() => undefined);
  }

  async #change(item: Waiting): Promise<void> {
    this.#replace(item);
    if (item.n > 0) await this.#shelf.change(item).catch(() => undefined);
  }

  #replace(item: Waiting): void {
    this.items = this.items.map((one) => (idOf(one) === idOf(item) ? item : one));
  }
}

export const unsent = new Unsent();
