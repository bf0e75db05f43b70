import { describe, expect, it } from "vitest";
import { Problem } from "../api/problem";
import { Loading } from "./loading.svelte";

describe("something asked for", () => {
  it("keeps what it has while a second answer fails, and says why", async () => {
    const board = new Loading<number>();
    await board.ask(async () => 1);
    await board.ask(async () => {
      throw new Problem("production-missing", "Missing", "There is no such production.", 404);
    });
    expect(board.value).toBe(1);
    expect(board.problem?.code).toBe("production-missing");
    expect(board.busy).toBe(false);
  });

  it("drops an answer that a newer one overtook", async () => {
    const board = new Loading<string>();
    let late: (value: string) => void = () => undefined;
    const first = board.ask(() => new Promise((resolve) => (late = resolve)));
    await board.ask(async () => "new");
    late("old");
    await first;
    expect(board.value).toBe("new");
  });

  it("calls an error that is no problem object the desk's own", async () => {
    const board = new Loading<string>();
    await board.ask(async () => {
      throw new TypeError("x is undefined");
    });
    expect(board.problem?.code).toBe("bug");
  });
});
