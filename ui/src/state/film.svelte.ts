/** The whole film as it stands today, played as one: where it is, and what stands there. */

import * as calls from "../api/calls";
import type { FilmPartView, FilmView } from "../api/types";
import { Parts } from "../player/parts";
import type { ReelPart } from "../player/reel";
import { Loading } from "./loading.svelte";
import { rateOf } from "./playback.svelte";
import { Projector } from "./projector.svelte";
import { deskAt } from "./route.svelte";

export interface FilmPart extends ReelPart {
  view: FilmPartView;
}

/** A part as the player counts it: as long as its slot, whatever it has frames for. */
export const partOf = (view: FilmPartView): FilmPart => ({
  view,
  frames: { start: view.frames.start, end: view.frames.start + view.length },
  nFrames: view.frames.end,
  pictures: view.media?.frames ?? null,
  proxy: view.media?.proxy ?? null,
});

/** What stands there, in words. */
export function kindWords({ kind, number }: FilmPartView): string {
  if (kind === "slate") return "slate";
  return `${kind} ${String(number)}`;
}

export class Film extends Projector<FilmPart> {
  readonly loading = new Loading<FilmView>();
  /** Something in the studio changed while it played; what plays is never swapped. */
  isBehind = $state(false);

  view = $derived(this.loading.value);

  async open(production: string): Promise<void> {
    if (this.playing) {
      this.isBehind = true;
      return;
    }
    this.isBehind = false;
    const view = await this.loading.ask(() => calls.getFilm(production));
    // most of what happens in a studio changes nothing of what is shown
    if (view) this.put(new Parts(view.parts.map(partOf)), rateOf(view.rate, [24, 1]));
  }

  /** Where on the desk what stands here is judged, or null. */
  get desk(): string | null {
    const { task, number } = this.here?.part.view ?? { task: null, number: 0 };
    return task === null ? null : deskAt(task, number, "");
  }
}
