/** What is heard of a take: how loud, whether at all, how fast; and its waveform. */

const KEPT = "circletake.sound";

export const TEMPOS = [0.25, 0.5, 0.75, 1, 1.5, 2, 4] as const;

export class Sound {
  volume = $state(1);
  muted = $state(false);
  peaks = $state.raw<Uint8Array | null>(null);
  #wanted: string | null = null;

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

  /** Fetches the waveform of a take; null is one without. */
  async look(address: string | null): Promise<void> {
    if (address === this.#wanted) return;
    this.#wanted = address;
    this.peaks = null;
    if (address === null) return;
    try {
      const answer = await fetch(address);
      const bytes = answer.ok ? new Uint8Array(await answer.arrayBuffer()) : null;
      if (this.#wanted === address) this.peaks = bytes && bytes.length > 0 ? bytes : null;
    } catch {
      if (this.#wanted === address) this.#wanted = null; // asked for again when it is looked at again
    }
  }
}
