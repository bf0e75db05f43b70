import { describe, expect, it } from "vitest";
import { boardPath, characterPath, cutPath, deskAt, deskPath, hashOf, pageOf, placeOf, shotPath } from "./route.svelte";

describe("addresses", () => {
  it.each([
    ["/", { name: "queue" }],
    ["/sign-in", { name: "sign-in" }],
    ["/account", { name: "account" }],
    ["/self-test", { name: "self-test" }],
    ["/account/x", { name: "nowhere", path: "/account/x" }],
    ["/invite/abc", { name: "invited", token: "abc" }],
    ["/g/abc", { name: "guest", token: "abc" }],
    ["/p/bunny/guests", { name: "guests", production: "bunny" }],
    ["/p/bunny", { name: "board", production: "bunny" }],
    ["/p/bunny/cut", { name: "cut", production: "bunny" }],
    ["/p/bunny/film", { name: "film", production: "bunny" }],
    ["/p/bunny/still-holds", { name: "holds", production: "bunny" }],
    ["/p/bunny/characters/max", { name: "character", production: "bunny", character: "max" }],
    ["/p/bunny/shots/SH010", { name: "shot", production: "bunny", shot: "SH010" }],
    ["/p/bunny/shots", { name: "nowhere", path: "/p/bunny/shots" }],
    ["/p/bunny/characters", { name: "nowhere", path: "/p/bunny/characters" }],
    ["/t/t_01", { name: "desk", task: "t_01" }],
    ["/p/bunny/other", { name: "nowhere", path: "/p/bunny/other" }],
    ["/elsewhere", { name: "nowhere", path: "/elsewhere" }],
  ])("%s names its page", (path, page) => {
    expect(pageOf(path)).toEqual(page);
  });

  it("come back from what was written into them", () => {
    expect(pageOf(boardPath("a/b c"))).toEqual({ name: "board", production: "a/b c" });
    expect(pageOf(cutPath("a/b c"))).toEqual({ name: "cut", production: "a/b c" });
    expect(pageOf(shotPath("a/b c", "d/e f"))).toEqual({ name: "shot", production: "a/b c", shot: "d/e f" });
    expect(pageOf(characterPath("a/b c", "d/e f"))).toEqual({ name: "character", production: "a/b c", character: "d/e f" });
    expect(pageOf(deskPath("t 1"))).toEqual({ name: "desk", task: "t 1" });
    expect(placeOf(hashOf(1043, 3))).toEqual({ frame: 1043, take: 3, gate: null });
    expect(placeOf(hashOf(1043, null))).toEqual({ frame: 1043, take: null, gate: null });
    expect(placeOf(hashOf(0, 3, "lead"))).toEqual({ frame: 0, take: 3, gate: "lead" });
    expect(placeOf(deskAt("t", 2, "lead").slice(2 + "/t".length))).toEqual({ frame: null, take: 2, gate: "lead" });
    expect(deskAt("t", 0, "")).toBe(deskPath("t"));
  });

  it("name no frame when what they say is not one", () => {
    expect(placeOf("#f=-3")).toEqual({ frame: null, take: null, gate: null });
    expect(placeOf("#f=1.5")).toEqual({ frame: null, take: null, gate: null });
    expect(placeOf("")).toEqual({ frame: null, take: null, gate: null });
  });
});
