/** A production's playlists of dailies, and one that is being made. */

import * as calls from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { DailiesView } from "../api/types";
import { adding, type Chosen, operation } from "../dailies/order";
import { uuid7 } from "../drawing/uuid7";
import { Loading } from "./loading.svelte";

export class Dailies {
  readonly loading = new Loading<DailiesView>();
  making = $state(false);
  sending = $state(false);
  refusal = $state.raw<Problem | null>(null);
  archivedShown = $state(false);

  view = $derived(this.loading.value);
  archived = $derived((this.view?.playlists ?? []).filter((one) => one.archived));
  shown = $derived((this.view?.playlists ?? []).filter((one) => this.archivedShown || !one.archived));
  /** One id for each playlist that is made: sent again, it is made once. */
  #id = uuid7();
  #body: { said: string; body: Parameters<typeof calls.keepPlaylist>[1] } | null = null;

  open(production: string): Promise<unknown> {
    return this.loading.ask(() => calls.getDailies(production));
  }

  /** Makes a playlist; its id, or null where it was refused. */
  async make(production: string, label: string, text: string, takes: readonly Chosen[]): Promise<string | null> {
    if (this.sending) return null;
    this.sending = true;
    this.refusal = null;
    const said = JSON.stringify([label, text, takes.map(({ task, content }) => [task, content])]);
    if (this.#body?.said !== said) {
      this.#id = uuid7();
      this.#body = { said, body: operation("make", this.#id, { ...adding(takes), label: label.trim(), text: text.trim() }) };
    }
    try {
      return (await calls.keepPlaylist(production, this.#body.body)).id;
    } catch (error) {
      this.refusal = asProblem(error);
      return null;
    } finally {
      this.sending = false;
    }
  }
}
