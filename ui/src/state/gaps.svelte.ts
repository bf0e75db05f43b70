/** The gaps of the cut: what stands around each, and having takes made for it. */

import * as calls from "../api/calls";
import { asProblem } from "../api/problem";
import type { GapsView, GapView, MakeBody, MakerView } from "../api/types";
import { count } from "../parts/words";
import { Loading } from "./loading.svelte";

const WHOLE = 65_536;
const NEAR = { x: 6_554, y: 6_554, width: 52_428, height: 52_428 };
const ALL = { x: 0, y: 0, width: WHOLE, height: WHOLE };
const LEFT = { x: 0, y: 6_554, width: 52_428, height: 52_428 };
const RIGHT = { x: WHOLE - 52_428, y: 6_554, width: 52_428, height: 52_428 };

export type Camera = "push in" | "pull out" | "pan right" | "pan left";
/** Camera moves over a board panel; the command line takes any two rectangles. */
export const CAMERA: Record<Camera, { start: typeof ALL; end: typeof ALL }> = {
  "push in": { start: ALL, end: NEAR },
  "pull out": { start: NEAR, end: ALL },
  "pan right": { start: LEFT, end: RIGHT },
  "pan left": { start: RIGHT, end: LEFT },
};

/** Why a maker is not offered here; empty where it is. */
export const refusalOf = (maker: MakerView, gap: GapView): string =>
  maker.refused || (maker.needs_take && gap.board === null ? "There is no board panel to make it from; the command line can name any take." : "");

/** How long a take should be, in words. */
export function wantedWords(gap: GapView, rate: readonly number[]): string {
  const [num = 24, den = 1] = rate;
  const seconds = ((gap.frames * den) / num).toFixed(2).replace(/\.?0+$/, "");
  const planned = gap.planned_frames > 0 && gap.planned_frames !== gap.frames ? `; planned with ${String(gap.planned_frames)}` : "";
  return `${count(gap.frames, "frame")} (${seconds} s), ${String(gap.wanted_frames)} with ${String(gap.handles)} of handles at either end${planned}`;
}

export class Gaps {
  readonly loading = new Loading<GapsView>();
  camera = $state<Camera>("push in");
  side = $state<"before" | "after">("before");
  busy = $state(false);
  said = $state("");

  view = $derived(this.loading.value);
  mayMake = $derived(this.view?.may_make ?? false);

  open(production: string): Promise<unknown> {
    return this.loading.ask(() => calls.getGaps(production));
  }

  of(slot: string): GapView | null {
    return this.view?.gaps.find((one) => one.slot === slot) ?? null;
  }

  body(gap: GapView, maker: MakerView): MakeBody {
    const { start, end } = maker.name === "move" ? CAMERA[this.camera] : { start: ALL, end: ALL };
    return {
      slot: gap.slot, maker: maker.name, take: maker.needs_take ? (gap.board?.take ?? null) : null,
      source_in: 0, source_out: null, side: this.side, start, end, ease: "smooth", cut_hash: this.view?.cut ?? null,
    };
  }

  async make(production: string, gap: GapView, maker: MakerView): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.said = "";
    try {
      await calls.makeForGap(production, this.body(gap, maker));
      this.said = `A ${maker.name} for ${gap.shot} is being made; it is offered here as soon as it is there.`;
    } catch (error) {
      this.said = asProblem(error).detail;
    } finally {
      this.busy = false;
    }
  }
}
