import { describe, expect, it } from "vitest";
import { Turns } from "./turns";

const rest = () => new Promise((resolve) => setTimeout(resolve, 1));

/** Something with so much to do, each piece of it ended by hand. */
class Worker {
  begun: string[] = [];
  ends: (() => void)[] = [];
  constructor(
    private readonly name: string,
    private readonly turns: Turns,
    private left: number,
    private readonly log: string[],
  ) {}

  turn = (): Promise<unknown> | null => {
    if (this.left === 0) return null;
    this.log.push(`${this.name}${String(this.left--)}`);
    return new Promise<void>((resolve) => this.ends.push(resolve)).finally(() => this.turns.ask(this.turn));
  };
}

describe("turns", () => {
  it("are one at a time, and go round among those who ask", async () => {
    const log: string[] = [];
    const turns = new Turns();
    const a = new Worker("a", turns, 2, log);
    const b = new Worker("b", turns, 2, log);
    turns.ask(a.turn);
    turns.ask(b.turn);
    turns.ask(b.turn);
    expect(log).toEqual(["a2"]);
    for (const worker of [a, b, a, b]) {
      worker.ends.shift()?.();
      await rest();
    }
    expect(log).toEqual(["a2", "b2", "a1", "b1"]);
  });

  it("wait while something is wanted now, and one that failed does not end them", async () => {
    const log: string[] = [];
    const turns = new Turns();
    let end = (): void => undefined;
    void turns.first(new Promise<void>((resolve) => (end = resolve)));
    turns.ask(() => {
      log.push("failed");
      return Promise.reject(new Error("gone"));
    });
    turns.ask(() => (log.push("nothing to do"), null));
    turns.ask(() => (log.push("after"), Promise.resolve()));
    await rest();
    expect(log).toEqual([]);
    end();
    await rest();
    expect(log).toEqual(["failed", "nothing to do", "after"]);
  });
});
