/** What is heard of a take: how loud, whether at all, how fast; and its waveform. */

import { Fetched } from "./fetched.svelte";

const KEPT = "circletake.sound";

export const TEMPOS = [0.25, 0.5, 0.75, 1, 1.5, 2, 4] as const;

export class Sound {
  volume = $state(1);
  muted = $state(false);
  #waveform = new Fetched(async (answer) => {
    const bytes = new Uint8Array(await answer.arrayBuffer());
    return bytes.length > 0 ? bytes : null;
  });

  /** Reads what this browser was left at. */
  read(): void {
    try {
      const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}") as { volume?: unknown; muted?: unknown };
      if (typeof kept.volume === "number" && kept.volume >= 0 && kept.volume <= 1) this.volume = kept.volume;
      this.muted = kept.muted === true;
    } catch {
      // what cannot be read is as good as nothing
    }
  }

  set(volume: number, muted: boolean): void {
    this.volume = Math.min(1, Math.max(0, volume));
    this.muted = muted;
    localStorage.setItem(KEPT, JSON.stringify({ volume: this.volume, muted }));
  }

  get peaks(): Uint8Array | null {
    return this.#waveform.value;
  }

  /** Fetches the waveform of a take; null is one without. */
  look(address: string | null): Promise<void> {
    return this.#waveform.look(address);
  }
}
