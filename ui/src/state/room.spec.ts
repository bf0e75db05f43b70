import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Playhead } from "../player/follow";
import type { Span } from "../player/clock";
import { type LineEvents, Room, type Stage } from "./room.svelte";

const TAKE = "a".repeat(64);
const head = (more: Partial<Playhead> = {}): Playhead => ({
  task: "t1", take: TAKE, frame: 3, playing: false, speed: 1, rate: [24, 1], span: [0, 48], ...more,
});
const ana = { id: "1", person: "p_ana", name: "ana", may_lead: true, following: true };
const leo = { id: "2", person: "p_leo", name: "leo", may_lead: true, following: true };

/** A desk that does as it is told and notes it. */
class Desk implements Stage {
  now: Playhead | null = head({ frame: 0 });
  isBusy = false;
  readonly did: string[] = [];
  head = () => this.now;
  shown = () => this.now?.frame ?? 0;
  busy = () => this.isBusy;
  look(task: string, take: string): boolean {
    if (this.now?.task !== task) this.did.push(`open ${task}`);
    this.now = { ...head(), ...this.now, task, take };
    return true;
  }
  stand(frame: number, { start, end }: Span): void {
    this.did.push(`stand ${String(frame)}`);
    this.now = { ...head(), ...this.now, frame, playing: false, span: [start, end] };
  }
  ease(factor: number): void {
    if (factor !== 1) this.did.push(factor > 1 ? "faster" : "slower");
  }
  play(frame: number, speed: number, { start, end }: Span): void {
    this.did.push(`play ${String(frame)}`);
    this.now = { ...head(), ...this.now, frame, speed, playing: true, span: [start, end] };
  }
}

class Wire {
  sent: Record<string, unknown>[] = [];
  events: LineEvents[] = [];
  paths: string[] = [];
  opens = (path: string, events: LineEvents) => {
    this.paths.push(path);
    this.events.push(events);
    return { send: (text: string) => void this.sent.push(JSON.parse(text) as Record<string, unknown>), close: () => undefined };
  };
  say(said: object): void {
    this.events.at(-1)?.said(JSON.stringify(said));
  }
  of(say: string): Record<string, unknown>[] {
    return this.sent.filter((one) => one["say"] === say);
  }
}

let now = 0;
let wire: Wire;
let desk: Desk;
let room: Room;

function enter({ leader = "2", at = null as object | null, you = "1", id = "r1" } = {}): void {
  wire.events.at(-1)?.opened();
  wire.say({ say: "welcome", room: id, you, members: [ana, leo], leader, at });
  for (let n = 0; n < 5; n++) wire.say({ say: "pong", t0: now, ts: now + 10_000 });
}

beforeEach(() => {
  vi.useFakeTimers();
  now = 0;
  wire = new Wire();
  desk = new Desk();
  room = new Room(wire.opens, () => now);
  room.sit(desk);
  room.join("spring", "abc");
});
afterEach(() => {
  room.leave();
  vi.useRealTimers();
});

describe("whoever comes late", () => {
  it("stands where the room stands", () => {
    enter({ at: { n: 7, at_ms: 10_000, head: head({ frame: 31 }) } });
    expect(wire.paths).toEqual(["/api/productions/spring/rooms/abc"]);
    expect(desk.did).toEqual(["stand 31"]);
  });

  it("plays along from where the playhead is by now, on the server's clock", () => {
    now = 2_000;
    enter();
    wire.say({ say: "at", n: 1, at_ms: 11_500, head: head({ playing: true, frame: 0 }) });
    expect(desk.did).toEqual(["play 12"]);
  });

  it("opens the take that is looked at, and waits while it comes", () => {
    enter({ at: { n: 1, at_ms: 10_000, head: head({ task: "t9" }) } });
    expect(desk.did).toEqual(["open t9", "stand 3"]);
  });
});

describe("whoever goes along", () => {
  beforeEach(() => enter());

  it("plays a little faster where they are a little behind", () => {
    wire.say({ say: "at", n: 5, at_ms: 10_000, head: head({ frame: 5, playing: true }) });
    now = 1_000;
    desk.now = { ...head(), ...desk.now, frame: 27 };
    room.tick();
    expect(desk.did).toEqual(["play 5", "faster"]);
    desk.now = { ...head(), ...desk.now, frame: 29 };
    room.tick();
    expect(desk.did).toEqual(["play 5", "faster"]);
  });

  it("takes the newest word, not the one that arrives last", () => {
    wire.say({ say: "at", n: 5, at_ms: 10_000, head: head({ frame: 5 }) });
    wire.say({ say: "at", n: 4, at_ms: 10_000, head: head({ frame: 40 }) });
    expect(desk.did).toEqual(["stand 5"]);
  });

  it("looks around after moving by their own hand, until they go along again", () => {
    room.wander();
    wire.say({ say: "at", n: 5, at_ms: 10_000, head: head({ frame: 5 }) });
    expect(desk.did).toEqual([]);
    expect(wire.of("follow")).toEqual([{ say: "follow", following: false }]);
    room.follow(true);
    expect(desk.did).toEqual(["stand 5"]);
  });

  it("is not pulled away from a verdict that is begun, but from frame to frame", () => {
    desk.isBusy = true;
    wire.say({ say: "at", n: 5, at_ms: 10_000, head: head({ frame: 5 }) });
    expect(desk.did).toEqual(["stand 5"]);
    wire.say({ say: "at", n: 6, at_ms: 10_000, head: head({ task: "t2" }) });
    expect(desk.did).toEqual(["stand 5"]);
    expect(room.following).toBe(false);
  });

  it("is not moved while nobody leads", () => {
    wire.say({ say: "here", members: [ana, leo], leader: null });
    expect(room.isLed).toBe(false);
    room.wander();
    expect(room.following).toBe(true);
  });
});

describe("whoever leads", () => {
  beforeEach(() => {
    enter({ leader: "1" });
    wire.sent = [];
  });

  it("says where they are, once however often it is looked at", () => {
    desk.now = head({ frame: 9 });
    room.moved();
    vi.advanceTimersByTime(100);
    room.moved();
    vi.advanceTimersByTime(100);
    expect(wire.of("move").map((one) => (one["head"] as Playhead).frame)).toEqual([9]);
  });

  it("says the last of many places that a scrub comes by, and few of those between", () => {
    for (let frame = 0; frame <= 40; frame++) {
      desk.now = head({ frame });
      room.moved();
      vi.advanceTimersByTime(4);
    }
    vi.advanceTimersByTime(50);
    const frames = wire.of("move").map((one) => (one["head"] as Playhead).frame);
    expect(frames.at(-1)).toBe(40);
    expect(frames.length).toBeLessThan(10);
  });

  it("playing, says once a second where they are, and at once when they jump", () => {
    const at = (ms: number, frame: number): void => {
      now = ms;
      desk.now = head({ frame, playing: true });
      room.tick();
    };
    desk.now = head({ frame: 0, playing: true });
    room.moved();
    vi.advanceTimersByTime(50);
    for (let ms = 100; ms <= 2_000; ms += 100) at(ms, Math.trunc((ms / 1000) * 24));
    expect(wire.of("move").length).toBe(3);
    at(2_100, 20);
    expect(wire.of("move").length).toBe(4);
  });
});

describe("a line that breaks", () => {
  it("is opened again, and brings what was seen last to a server that knows nothing", () => {
    enter({ at: { n: 7, at_ms: 10_000, head: head({ frame: 31 }) } });
    wire.events.at(-1)?.closed();
    expect(room.state).toBe("lost");
    vi.advanceTimersByTime(400);
    expect(wire.events.length).toBe(2);
    wire.events.at(-1)?.opened();
    expect(wire.of("hello").at(-1)).toEqual({ say: "hello", have: head({ frame: 31 }), led: false, following: true });
    wire.say({ say: "welcome", room: "r2", you: "4", members: [ana], leader: null, at: { n: 1, at_ms: 5, head: head({ frame: 31 }) } });
    expect(room.state).toBe("in");
    wire.say({ say: "at", n: 2, at_ms: 9, head: head({ frame: 8 }) });
    expect(desk.did.at(-1)).toBe("stand 8");
  });

  it("lets a leader lead again, and say where they went meanwhile", () => {
    enter({ leader: "1" });
    wire.events.at(-1)?.closed();
    desk.now = head({ frame: 22 });
    room.moved();
    vi.advanceTimersByTime(400);
    wire.events.at(-1)?.opened();
    expect(wire.of("hello").at(-1)?.["led"]).toBe(true);
    wire.sent = [];
    wire.say({ say: "welcome", room: "r1", you: "5", members: [{ ...ana, id: "5" }], leader: "5", at: { n: 9, at_ms: 10_000, head: head() } });
    expect(wire.of("move").map((one) => (one["head"] as Playhead).frame)).toEqual([22]);
    expect(desk.did).toEqual([]);
  });

  it("is tried less and less often, and not at all where the server says no", () => {
    for (let n = 0; n < 4; n++) {
      wire.events.at(-1)?.closed();
      vi.advanceTimersByTime(4_000);
    }
    expect(wire.events.length).toBe(5);
    wire.say({ say: "refused", code: "not-found", detail: "There is no production spring here." });
    wire.events.at(-1)?.closed();
    vi.advanceTimersByTime(60_000);
    expect(wire.events.length).toBe(5);
    expect(room.refusal).toBe("There is no production spring here.");
  });
});

describe("pointers", () => {
  it("show whose they are, and go when nothing moves", () => {
    enter();
    wire.say({ say: "pointed", who: "2", at: [100, 200] });
    expect(room.pointers["2"]).toMatchObject({ name: "leo", x: 100, y: 200 });
    now = 4_000;
    room.tick();
    expect(room.pointers).toEqual({});
  });
});
