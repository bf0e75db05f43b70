import { describe, expect, it, vi } from "vitest";
import { Badges } from "./badges.svelte";

const hdr = { code: "hdr", label: "HDR", sentence: "It is HDR." };

describe("badges", () => {
  it("are those of the take that is looked at, however late another's come", async () => {
    const open = new Map<string, (told: unknown) => void>();
    vi.stubGlobal("fetch", (address: string) =>
      new Promise((resolve) => open.set(address, (told) => resolve({ ok: true, json: () => Promise.resolve(told) }))),
    );
    const badges = new Badges();
    const looks = [badges.look("/a"), badges.look("/b")];
    open.get("/b")?.([hdr]);
    open.get("/a")?.([{ ...hdr, code: "uneven" }]);
    await Promise.all(looks);
    expect(badges.told).toEqual([hdr]);
    await badges.look(null);
    expect(badges.told).toEqual([]);
  });

  it("are asked for again after a line broke, and are none where the server has none", async () => {
    const asked: string[] = [];
    vi.stubGlobal("fetch", (address: string) => {
      asked.push(address);
      return asked.length === 1 ? Promise.reject(new TypeError("gone")) : Promise.resolve({ ok: false });
    });
    const badges = new Badges();
    await badges.look("/a");
    await badges.look("/a");
    await badges.look("/a");
    expect(asked).toEqual(["/a", "/a"]);
    expect(badges.told).toEqual([]);
  });
});
