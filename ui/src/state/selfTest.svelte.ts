/** The player's self-test as its page shows it; results are kept in this browser. */

import * as calls from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { Rate } from "../player/clock";
import { SelfTestRun, type SelfTestResult } from "../player/selfTest";

export const RATES: readonly Rate[] = [
  { num: 24000, den: 1001 },
  { num: 24, den: 1 },
  { num: 25, den: 1 },
  { num: 30000, den: 1001 },
  { num: 30, den: 1 },
  { num: 50, den: 1 },
  { num: 60000, den: 1001 },
  { num: 60, den: 1 },
];

const KEPT = "circletake.self-test";
const VERSION = 1;

export interface Kept {
  at: string;
  browser: string;
  result: SelfTestResult;
}

export const nameOf = ({ num, den }: Rate): string => `${String(num)}/${String(den)}`;

/** What an earlier visit kept; nothing where it cannot be read. */
export function keptIn(text: string | null): Record<string, Kept> {
  try {
    const told = JSON.parse(text ?? "{}") as { version?: number; results?: Record<string, Kept> };
    return told.version === VERSION ? (told.results ?? {}) : {};
  } catch {
    return {};
  }
}

/** One sentence about a result. */
export function resultWords({ wrong, of, steps_ms, jumps_ms, played }: SelfTestResult): string {
  const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : String(Math.round(value))} ms`;
  return (
    `${String(wrong)} of ${String(of)} wrong; steps p50 ${ms(steps_ms.p50)}, p95 ${ms(steps_ms.p95)}; ` +
    `jumps p50 ${ms(jumps_ms.p50)}, p95 ${ms(jumps_ms.p95)}; while playing ${String(played.wrong)} of ${String(played.of)} wrong` +
    (played.late > 0 ? `, ${String(played.late)} told a frame late` : "")
  );
}

type Surfaces = ConstructorParameters<typeof SelfTestRun>;

export class SelfTest {
  results = $state.raw<Record<string, Kept>>({});
  /** Rate that is being tested, by name. */
  running = $state<string | null>(null);
  done = $state(0);
  all = $state(1);
  problem = $state.raw<Problem | null>(null);
  #stopped = false;

  read(): void {
    this.results = keptIn(localStorage.getItem(KEPT));
  }

  stop(): void {
    this.#stopped = true;
  }

  async runAll(surfaces: () => Surfaces | null, rates: readonly Rate[] = RATES): Promise<void> {
    if (this.running !== null) return;
    this.#stopped = false;
    this.problem = null;
    try {
      for (const rate of rates) {
        const elements = surfaces();
        if (this.#stopped || !elements) break;
        await this.#run(elements, rate);
      }
    } catch (error) {
      this.problem = asProblem(error);
    } finally {
      this.running = null;
    }
  }

  async #run(surfaces: Surfaces, rate: Rate): Promise<void> {
    this.running = nameOf(rate);
    this.done = 0;
    const view = await calls.getSelfTest(rate.num, rate.den);
    const run = new SelfTestRun(...surfaces);
    try {
      const film = { rate, nFrames: view.n_frames, frames: view.frames, proxy: view.proxy };
      const result = await run.run(film, (done, all) => Object.assign(this, { done, all }));
      if (this.#stopped) return;
      this.results = { ...this.results, [nameOf(rate)]: { at: new Date().toISOString(), browser: navigator.userAgent, result } };
      localStorage.setItem(KEPT, JSON.stringify({ version: VERSION, results: this.results }));
    } finally {
      run.close();
    }
  }
}
