/**
 * What the studio tells without being asked: the book grew, jobs moved on.
 *
 * HTTP/1.1 gives a browser six connections to a studio and every event stream holds one, so one tab
 * of a browser listens (a Web Lock elects it) and passes on to the others what it hears.
 */

import * as calls from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { JobView } from "../api/types";

interface Heard {
  kind: "entry" | "jobs";
  /** Number of the entry, where one is told of. */
  seq?: number;
  jobs?: JobView[];
}

const NAME = "circletake.events";
// Entries come in bursts (a take, its evidence, its facts): pages ask again once for all of them.
const BURST_MS = 150;

export class Live {
  jobs = $state.raw<JobView[]>([]);
  connected = $state(true);
  refusal = $state.raw<Problem | null>(null);
  /** The newest entry heard of: whoever shows that one already need not ask again. */
  seq = 0;
  #listeners = new Set<() => void>();
  #burst: ReturnType<typeof setTimeout> | null = null;
  #channel: BroadcastChannel | null = null;
  #started = false;

  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#channel = new BroadcastChannel(NAME);
    this.#channel.onmessage = (event: MessageEvent<Heard>) => this.hear(event.data);
    // Locks need https or localhost; elsewhere each tab listens for itself.
    const locks: LockManager | undefined = navigator.locks;
    if (locks) void locks.request(NAME, () => new Promise<never>(() => this.#listen()));
    else this.#listen();
  }

  /** Calls back after the book grew, until the returned function is called. */
  onEntries(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Stops a render and whatever helps it; that it has stopped is heard. */
  async stop(job: JobView): Promise<void> {
    this.refusal = null;
    try {
      await calls.stopRender(job.key);
    } catch (error) {
      this.refusal = asProblem(error);
    }
  }

  hear(heard: Heard): void {
    if (heard.kind === "jobs") {
      this.jobs = heard.jobs ?? [];
      return;
    }
    this.seq = Math.max(this.seq, heard.seq ?? Number.MAX_SAFE_INTEGER);
    if (this.#burst !== null) return;
    this.#burst = setTimeout(() => {
      this.#burst = null;
      for (const listener of this.#listeners) listener();
    }, BURST_MS);
  }

  #listen(): void {
    const source = new EventSource("/api/events");
    const tell = (heard: Heard): void => {
      this.hear(heard);
      this.#channel?.postMessage(heard);
    };
    source.onopen = () => (this.connected = true);
    source.onerror = () => {
      this.connected = false;
      // A stream that was refused stays closed; a lost one comes back by itself with Last-Event-ID.
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.#listen(), 5_000);
    };
    const entry = (event: MessageEvent<string>): void => {
      const seq = Number(event.lastEventId);
      tell({ kind: "entry", ...(seq > 0 ? { seq } : {}) });
    };
    source.addEventListener("entry", entry);
    source.addEventListener("reset", entry);
    source.addEventListener("jobs", (event: MessageEvent<string>) =>
      tell({ kind: "jobs", jobs: JSON.parse(event.data) as JobView[] }),
    );
  }
}

export const live = new Live();

export const isOpen = (job: JobView): boolean => !["done", "failed", "cancelled"].includes(job.state);

/** Share of the open work that is done, 0–1; null while nothing is open. */
export function progress(jobs: readonly JobView[]): number | null {
  const open = jobs.filter(isOpen);
  if (open.length === 0) return null;
  const part = (job: JobView): number => (job.total_frames > 0 ? Math.min(1, job.done_frames / job.total_frames) : 0);
  return open.reduce((sum, job) => sum + part(job), 0) / open.length;
}
