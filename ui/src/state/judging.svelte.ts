/** A verdict on what stands before somebody who is not on the desk: of dailies, the entry that is shown. */

import * as calls from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { EvidenceDetailView, TakeView, TaskView } from "../api/types";
import type { Span } from "../player/clock";
import { Watch } from "../player/watch";
import { Ballot } from "./ballot.svelte";
import { newKey } from "./idempotency";
import { type Recorded, recordedOf } from "./recorded";
import { session } from "./session.svelte";

/** What the verdict bar is about. */
export interface Bench {
  readonly ballot: Ballot;
  readonly task: TaskView | null;
  readonly take: TakeView | null;
  readonly evidence: readonly EvidenceDetailView[];
  /** Frames that a verdict is about, where not the whole take. */
  readonly range: Span | null;
  readonly sending: boolean;
  readonly refusal: Problem | null;
  readonly recorded: Recorded | null;
  commit(): Promise<void>;
  withdraw(): Promise<void>;
}

export interface Place {
  task: string;
  content: string;
}

// Whoever steps or plays past a take does not judge it: it is asked for once it stays.
const STAYS_MS = 200;

const isSame = (one: Place | null, other: Place | null): boolean => one?.task === other?.task && one?.content === other?.content;

export class Judging implements Bench {
  readonly ballot = new Ballot(() => session.reasons);
  readonly evidence: readonly EvidenceDetailView[] = [];
  readonly range = null;
  task = $state.raw<TaskView | null>(null);
  take = $state.raw<TakeView | null>(null);
  sending = $state(false);
  refusal = $state.raw<Problem | null>(null);
  recorded = $state.raw<Recorded | null>(null);
  /** Told after a verdict was recorded. */
  onRecorded: () => void = () => undefined;
  #at: Place | null = null;
  /** Content → what of it was in front of this person; kept while the page is open. */
  #watches = new Map<string, Watch>();

  /** Looks at a take; a draft about another is thrown away. */
  async look(place: Place | null): Promise<void> {
    if (isSame(place, this.#at)) return;
    this.#watch?.rest();
    this.#at = place;
    this.refusal = null;
    this.#show(null);
    this.#watch?.begin();
    await new Promise((go) => setTimeout(go, STAYS_MS));
    if (isSame(place, this.#at)) await this.refresh();
  }

  /** Asks again after the book grew. */
  async refresh(): Promise<void> {
    const place = this.#at;
    if (!place || this.sending) return;
    try {
      const task = await calls.getTask(place.task);
      if (!isSame(place, this.#at)) return;
      void session.useReasons(task.production.code);
      this.#show(task);
    } catch (error) {
      if (isSame(place, this.#at)) this.refusal = asProblem(error);
    }
  }

  /** A frame of a take stands on the screen. */
  shown(frame: number, playing: boolean): void {
    this.#watch?.shown(frame, playing);
  }

  visible(isVisible: boolean): void {
    if (isVisible) this.#watch?.begin();
    else this.#watch?.rest();
  }

  async commit(): Promise<void> {
    const { task, take } = this;
    const { gate, value } = this.ballot;
    const body = task && this.ballot.body(task, null, this.#watch);
    if (!task || !take || !gate || value === null || !body || this.sending) return;
    this.sending = true;
    this.refusal = null;
    const place = this.#at;
    try {
      const after = await calls.recordVerdict(body);
      this.recorded = recordedOf(after, take, gate, value, session.me?.person.id);
      if (!isSame(place, this.#at)) return;
      this.ballot.clear();
      this.#show(after);
      this.onRecorded();
    } catch (error) {
      this.refusal = asProblem(error);
    } finally {
      this.sending = false;
    }
  }

  async withdraw(): Promise<void> {
    const { recorded } = this;
    if (!recorded || this.sending) return;
    this.sending = true;
    try {
      const after = await calls.withdrawVerdict(recorded.seq, newKey());
      this.recorded = null;
      if (this.#at?.task === after.id) this.#show(after);
    } catch (error) {
      this.refusal = asProblem(error);
    } finally {
      this.sending = false;
    }
  }

  get #watch(): Watch | null {
    if (!this.#at) return null;
    const watch = this.#watches.get(this.#at.content) ?? new Watch();
    this.#watches.set(this.#at.content, watch);
    return watch;
  }

  #show(task: TaskView | null): void {
    this.task = task;
    this.take = task?.takes.find((one) => one.content === this.#at?.content) ?? null;
    this.ballot.lookAt(this.take);
  }
}
