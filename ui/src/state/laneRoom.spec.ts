import { beforeEach, describe, expect, it, vi } from "vitest";
import { LaneRoom } from "./laneRoom";

let kept: Map<string, string>;
beforeEach(() => {
  kept = new Map();
  vi.stubGlobal("localStorage", { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
});

describe("room for lanes", () => {
  it("is nothing where none were seen, and then what they took last, in another window too", () => {
    const room = new LaneRoom();
    expect(room.least_px()).toBe(0);
    room.stands(112);
    room.stands(130);
    expect(new LaneRoom().least_px()).toBe(130);
  });

  it("is nothing where something else was kept", () => {
    kept.set("circletake.lanes_px", "high");
    expect(new LaneRoom().least_px()).toBe(0);
  });
});
