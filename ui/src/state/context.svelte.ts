/** A take between its neighbours in the cut: one film that goes round, with the take in its middle. */

import * as calls from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { ContextPartView, ContextView } from "../api/types";
import { Parts } from "../player/parts";
import { Playback, rateOf } from "./playback.svelte";

// What leads up to a cut: less is a jump, more is another shot.
const BEFORE_S = 2;

export class Context {
  readonly playback = new Playback();
  isOn = $state(false);
  view = $state.raw<ContextView | null>(null);
  problem = $state.raw<Problem | null>(null);
  #turn = 0;

  parts = $derived(new Parts<ContextPartView>(this.view?.parts ?? []));
  here = $derived(this.parts.at(this.playback.frame));
  candidate = $derived(this.parts.parts.findIndex((one) => one.is_candidate));

  /** Plays it, from a little before the take begins. */
  async open(task: string, content: string): Promise<void> {
    const turn = ++this.#turn;
    this.isOn = true;
    this.problem = null;
    try {
      const view = await calls.getContext(task, content);
      if (turn !== this.#turn) return;
      this.view = view;
      const rate = rateOf(view.rate, [24, 1]);
      const { parts } = this;
      this.playback.loadFilm({
        frames: (frame) => {
          const at = parts.at(frame);
          return at?.part.media.frames?.replace("{n}", String(at.frame)) ?? "";
        },
        proxy: view.proxy,
        nFrames: parts.nFrames,
        rate,
      });
      const cut = parts.starts[this.candidate] ?? 0;
      this.playback.clock.seek(Math.max(0, cut - Math.round((BEFORE_S * rate.num) / rate.den)));
      this.playback.clock.play(1);
    } catch (error) {
      if (turn === this.#turn) this.problem = asProblem(error);
    }
  }

  /** Another take of the shot stands there now: the same place, with that one. */
  follow(task: string | null, content: string | null): void {
    if (!this.isOn) return;
    if (task !== null && content !== null) void this.open(task, content);
    else this.close();
  }

  close(): void {
    if (!this.isOn) return;
    this.#turn++;
    this.isOn = false;
    this.playback.clock.pause();
    this.view = null;
    this.problem = null;
  }
}
