/** What was done to a playlist and is on its way: one after the other, again until the studio has it. */

import * as calls from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { PlaylistBody, PlaylistDetailView } from "../api/types";

export type Send = (production: string, body: PlaylistBody) => Promise<PlaylistDetailView>;

const AGAIN_MS = 2_000;
const TOO_MANY = 429;
const SERVERS_FAULT = 500;

/** Whether the same, sent again, may well be taken. */
const isPassing = ({ status }: Problem): boolean => status === 0 || status === TOO_MANY || status >= SERVERS_FAULT;

export class PlaylistOps {
  waiting = $state.raw<readonly PlaylistBody[]>([]);
  refusal = $state.raw<Problem | null>(null);
  /** The studio does not answer; it is tried again. */
  isAway = $state(false);
  #send: Send;
  #isSending = false;
  #isOver = false;

  constructor(send: Send = calls.keepPlaylist) {
    this.#send = send;
  }

  /** Sends an operation after those that wait; `done` hears what the studio made of each. */
  async put(production: string, body: PlaylistBody, done: (view: PlaylistDetailView | null) => void): Promise<void> {
    this.refusal = null;
    this.waiting = [...this.waiting, body];
    if (this.#isSending) return;
    this.#isSending = true;
    while (!this.#isOver && this.waiting[0]) {
      const [first] = this.waiting;
      try {
        const view = await this.#send(production, first);
        this.isAway = false;
        this.waiting = this.waiting.slice(1);
        // what is still on its way would be undone by what came before it
        if (this.waiting.length === 0) done(view);
      } catch (error) {
        const problem = asProblem(error);
        this.isAway = isPassing(problem);
        if (this.isAway) await new Promise((go) => setTimeout(go, AGAIN_MS));
        else {
          this.refusal = problem;
          this.waiting = this.waiting.slice(1);
          if (this.waiting.length === 0) done(null);
        }
      }
    }
    this.#isSending = false;
  }

  /** Nobody looks any more. */
  end(): void {
    this.#isOver = true;
  }
}
