import { describe, expect, it } from "vitest";
import { Ahead, MOST_AHEAD } from "./ahead";
import { Turns } from "./turns";

interface Paper {
  address: string;
  close(): void;
}

class Server {
  asked: string[] = [];
  closed: string[] = [];
  atOnce = 0;
  most = 0;
  broken = new Set<string>();

  fetch = async (address: string): Promise<Paper> => {
    this.asked.push(address);
    this.most = Math.max(this.most, ++this.atOnce);
    await new Promise((resolve) => setTimeout(resolve, 1));
    this.atOnce--;
    if (this.broken.has(address)) throw new Error("gone");
    return { address, close: () => this.closed.push(address) };
  };
}

const made = () => {
  const server = new Server();
  const turns = new Turns();
  return { server, turns, ahead: new Ahead(server.fetch, turns) };
};

/** Until nothing is asked for any more, however slow the machine is. */
async function all(server: Server): Promise<void> {
  for (let quiet = 0, before = -1; quiet < 5; quiet = server.atOnce === 0 && before === server.asked.length ? quiet + 1 : 0) {
    before = server.asked.length;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
const names = (many: number) => Array.from({ length: many }, (_, n) => `p${String(n)}`);

describe("pictures fetched ahead", () => {
  it("come one at a time, the likeliest first, and no more than a few", async () => {
    const { server, ahead } = made();
    ahead.plan(names(12));
    await all(server);
    expect(server.asked).toEqual(names(MOST_AHEAD));
    expect(server.most).toBe(1);
    expect(ahead.size).toBe(MOST_AHEAD);
  });

  it("are given away without another request, and are then whoever has them to close", async () => {
    const { server, ahead } = made();
    ahead.plan(["a", "b"]);
    await all(server);
    expect((await ahead.load("a")).address).toBe("a");
    expect(ahead.has("a")).toBe(false);
    ahead.plan(["b", "c"]);
    await all(server);
    expect(server.asked).toEqual(["a", "b", "c"]);
    expect(server.closed).toEqual([]);
  });

  it("are closed once another plan leaves them out, those on their way too", async () => {
    const { server, ahead } = made();
    ahead.plan(["a", "b"]);
    await all(server);
    ahead.plan(["c", "b"]);
    expect(server.closed).toEqual(["a"]);
    ahead.plan(["b"]);
    await all(server);
    expect(server.closed).toEqual(["a", "c"]);
    ahead.close();
    expect(server.closed).toEqual(["a", "c", "b"]);
    expect(ahead.size).toBe(0);
  });

  it("that are on their way when they are wanted are not asked for twice", async () => {
    const { server, ahead } = made();
    ahead.plan(["a"]);
    const wanted = ahead.load("a");
    const again = ahead.load("a");
    expect((await wanted).address).toBe("a");
    await again;
    await all(server);
    expect(server.asked).toEqual(["a", "a"]); // the second is another picture: each is closed by whoever has it
    expect(ahead.size).toBe(0);
  });

  it("that fail are not asked for again until they are wanted", async () => {
    const { server, ahead } = made();
    server.broken.add("a");
    ahead.plan(["a", "b"]);
    await all(server);
    ahead.plan(["a", "b"]);
    await all(server);
    expect(server.asked).toEqual(["a", "b"]);
    await expect(ahead.load("a")).rejects.toThrow("gone");
  });

  it("never come before a frame that is wanted", async () => {
    const { server, turns, ahead } = made();
    let here = (): void => undefined;
    void turns.first(new Promise<void>((resolve) => (here = resolve)));
    ahead.plan(["a"]);
    await all(server);
    expect(server.asked).toEqual([]);
    here();
    await all(server);
    expect(server.asked).toEqual(["a"]);
  });
});
