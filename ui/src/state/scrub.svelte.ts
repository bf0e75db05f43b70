/** Looking through a take's frames from where the pointer is: one picture is asked for at a time. */

import type { CellView } from "../api/types";

/** The frame under a pointer `x_px` from the left edge of something `width_px` wide. */
export const frameAt = (x_px: number, width_px: number, frames: number): number =>
  Math.min(frames - 1, Math.max(0, Math.floor((x_px / Math.max(1, width_px)) * frames)));

type Load = (src: string) => Promise<unknown>;

const decoded: Load = async (src) => {
  const picture = new Image();
  picture.src = src;
  await picture.decode();
};

export interface Box {
  left: number;
  top: number;
  bottom: number;
}

export class Scrub {
  cell = $state.raw<CellView | null>(null);
  box = $state.raw<Box>({ left: 0, top: 0, bottom: 0 });
  /** The frame asked for, and the one whose picture has come. */
  wanted = $state(0);
  src = $state<string | null>(null);
  shown = $state<number | null>(null);
  #busy = false;
  #load: Load;

  constructor(load: Load = decoded) {
    this.#load = load;
  }

  /** Goes to a frame of a cell's take; the newest wish is what is asked for when the last picture came. */
  to(cell: CellView, frame: number, box: Box): void {
    if (cell.content === null || cell.frames === 0) {
      this.leave();
      return;
    }
    if (cell.content !== this.cell?.content) {
      this.src = null;
      this.shown = null;
    }
    this.cell = cell;
    this.box = box;
    this.wanted = Math.min(cell.frames - 1, Math.max(0, frame));
    void this.#follow();
  }

  leave(): void {
    this.cell = null;
    this.src = null;
    this.shown = null;
  }

  async #follow(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    let failed = "";
    for (let src = this.#address(); src !== null && src !== this.src && src !== failed; src = this.#address()) {
      const { cell, wanted } = this;
      try {
        await this.#load(src);
        if (this.cell?.content === cell?.content) {
          this.src = src;
          this.shown = wanted;
        }
      } catch {
        failed = src;
      }
    }
    this.#busy = false;
  }

  #address(): string | null {
    return this.cell ? `/media/${this.cell.content ?? ""}/frames/${String(this.wanted)}.jpg` : null;
  }
}
