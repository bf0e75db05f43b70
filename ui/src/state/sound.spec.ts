import { beforeEach, describe, expect, it, vi } from "vitest";
import { Sound } from "./sound.svelte";

const kept = new Map<string, string>();
beforeEach(() => {
  kept.clear();
  vi.stubGlobal("localStorage", { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
});

describe("sound", () => {
  it("is remembered, and nothing odd is believed", () => {
    const sound = new Sound();
    sound.set(0.3, true);
    const next = new Sound();
    next.read();
    expect([next.volume, next.muted]).toEqual([0.3, true]);
    for (const odd of ["{", '{"volume": 7}', '{"volume": "loud", "muted": 1}']) {
      kept.set("circletake.sound", odd);
      const other = new Sound();
      other.read();
      expect([other.volume, other.muted]).toEqual([1, false]);
    }
  });

  it("keeps the waveform of the take that is looked at, however late another's comes", async () => {
    const open = new Map<string, (bytes: Uint8Array) => void>();
    vi.stubGlobal("fetch", (address: string) =>
      new Promise((resolve) => open.set(address, (bytes) => resolve({ ok: true, arrayBuffer: () => Promise.resolve(bytes.buffer) }))),
    );
    const sound = new Sound();
    const first = sound.look("/a");
    const second = sound.look("/b");
    open.get("/b")?.(Uint8Array.of(2));
    open.get("/a")?.(Uint8Array.of(1));
    await Promise.all([first, second]);
    expect([...(sound.peaks ?? [])]).toEqual([2]);
    await sound.look(null);
    expect(sound.peaks).toBeNull();
  });
});
