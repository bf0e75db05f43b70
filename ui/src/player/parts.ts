/** Parts of takes one after the other, counted as one film. */

import type { Span } from "./clock";

export interface PartFrames {
  frames: Span;
}

export interface At<P> {
  part: P;
  index: number;
  /** Frame of the part's own take. */
  frame: number;
}

export class Parts<P extends PartFrames> {
  readonly parts: readonly P[];
  readonly starts: readonly number[];
  readonly nFrames: number;

  constructor(parts: readonly P[]) {
    const starts: number[] = [];
    let nFrames = 0;
    for (const { frames } of parts) {
      starts.push(nFrames);
      nFrames += frames.end - frames.start;
    }
    this.parts = parts;
    this.starts = starts;
    this.nFrames = nFrames;
  }

  /** What stands at a frame of the film; beyond its ends, what stands there. */
  at(frame: number): At<P> | null {
    const inside = Math.min(Math.max(frame, 0), this.nFrames - 1);
    let [index, beyond] = [0, this.starts.length];
    while (beyond - index > 1) {
      const middle = (index + beyond) >> 1;
      if ((this.starts[middle] ?? 0) > inside) beyond = middle;
      else index = middle;
    }
    const part = this.parts[index];
    return part ? { part, index, frame: part.frames.start + inside - (this.starts[index] ?? 0) } : null;
  }

  /** Where a frame of a part's take stands in the film. */
  of(index: number, frame: number): number {
    return (this.starts[index] ?? 0) + frame - (this.parts[index]?.frames.start ?? 0);
  }
}
