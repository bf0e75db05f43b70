/** A film that goes to the studio as what came of a gap's pack. */

import * as calls from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import { count } from "../parts/words";

export class Sending {
  /** Name of the film that is under way; null while none is. */
  name = $state<string | null>(null);
  size_mb = $state(0);
  /** What came of the last one: that it is there, and what moved since its pack went out. */
  said = $state.raw<string[]>([]);
  refusal = $state.raw<Problem | null>(null);

  clear(): void {
    this.said = [];
    this.refusal = null;
  }

  /** True where it is a take now. */
  async send(production: string, slot: string, files: FileList | readonly File[] | null): Promise<boolean> {
    const [file, ...others] = files ?? [];
    if (!file || this.name !== null) return false;
    this.clear();
    if (others.length > 0) {
      this.said = [`One film at a time; these were ${count(others.length + 1, "file")}.`];
      return false;
    }
    this.name = file.name;
    this.size_mb = Math.max(1, Math.round(file.size / 1_000_000));
    try {
      const came = await calls.sendResult(production, slot, file);
      this.said = [`${file.name} is a take of this shot now.`, ...came.said];
      return true;
    } catch (error) {
      this.refusal = asProblem(error);
      return false;
    } finally {
      this.name = null;
    }
  }
}
