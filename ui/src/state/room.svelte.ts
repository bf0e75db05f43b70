/**
 * A review room as this window is in it: one playhead for all, led by one.
 *
 * Verdicts, notes and drawings go the ordinary way and come back as events; here only the playhead travels,
 * and where people point. A room outlives its server: whoever comes back brings what they last saw.
 */

import { behind, Chase, frameAfter, type Playhead, ServerClock, spanOf } from "../player/follow";
import type { Span } from "../player/clock";

export interface Member {
  id: string;
  person: string;
  name: string;
  may_lead: boolean;
  following: boolean;
}

export interface Pointer {
  name: string;
  x: number;
  y: number;
  seen_ms: number;
}

interface At {
  n: number;
  at_ms: number;
  head: Playhead;
}

type Heard =
  | ({ say: "at" } & At)
  | { say: "here"; members: Member[]; leader: string | null }
  | { say: "welcome"; room: string; you: string; members: Member[]; leader: string | null; at: At | null }
  | { say: "pong"; t0: number; ts: number }
  | { say: "pointed"; who: string; at: [number, number] | null }
  | { say: "refused"; code: string; detail: string };

/** What of the page a room moves. */
export interface Stage {
  /** What is on the screen, or null while it is on its way. */
  head(): Playhead | null;
  /** Frame on the screen, playing or not. */
  shown(): number;
  /** Brings a take to the screen; false while it is not there yet. */
  look(task: string, take: string): boolean;
  stand(frame: number, loop: Span): void;
  play(frame: number, speed: number, loop: Span): void;
  /** Plays so much faster or slower than it is said to. */
  ease(factor: number): void;
  /** Whether something is begun here that going elsewhere would throw away. */
  busy(): boolean;
}

export interface Line {
  send(text: string): void;
  close(): void;
}

export interface LineEvents {
  opened(): void;
  said(text: string): void;
  closed(): void;
}

export type Opens = (path: string, events: LineEvents) => Line;

/** A connection to this server. */
const openSocket: Opens = (path, events) => {
  const socket = new WebSocket(new URL(path, location.href.replace(/^http/, "ws")));
  socket.onopen = () => events.opened();
  socket.onmessage = (event: MessageEvent<string>) => events.said(event.data);
  socket.onclose = () => events.closed();
  return { send: (text) => socket.readyState === WebSocket.OPEN && socket.send(text), close: () => socket.close() };
};

const KEPT = "circletake.room";
const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 4_000;
const PING_MS = 2_000;
// While it plays the leader says once a second where it is; others count in between.
const SAY_MS = 1_000;
const TICK_MS = 100;
// A scrub is told 30 times a second, which is more than anybody's eye follows.
const SPARE_MS = 33;
const POINTER_MS = 66;
export const POINTER_STAYS_MS = 3_000;

// Later than any time: the server takes the time at which it hears of it.
const NOW = 1e15;

/** Whether two playheads differ in nothing but how far they are. */
const isSteady = (one: Playhead, other: Playhead): boolean =>
  JSON.stringify({ ...one, frame: 0 }) === JSON.stringify({ ...other, frame: 0 });

/** Whether those who count on from what was said would be wrong by now, or have counted long enough. */
function isNews(said: { head: Playhead; at_ms: number }, head: Playhead, at_ms: number): boolean {
  if (!isSteady(said.head, head)) return true;
  if (!head.playing) return head.frame !== said.head.frame;
  const gone_ms = at_ms - said.at_ms;
  return gone_ms >= SAY_MS || Math.abs(behind(head.frame, frameAfter(said.head, gone_ms), spanOf(head), head.speed)) > 1;
}

export class Room {
  production = $state<string | null>(null);
  name = $state<string | null>(null);
  state = $state<"out" | "coming" | "in" | "lost">("out");
  members = $state.raw<Member[]>([]);
  leader = $state<string | null>(null);
  you = $state("");
  following = $state(true);
  /** Why the server let us no further, in its words. */
  refusal = $state("");
  pointers = $state.raw<Record<string, Pointer>>({});

  readonly clock = new ServerClock();
  readonly #chase = new Chase();
  #opens: Opens;
  #now: () => number;
  #stage: Stage | null = null;
  #line: Line | null = null;
  #room = "";
  #at: At | null = null;
  #led = false;
  #wait_ms = FIRST_WAIT_MS;
  #timers = new Set<ReturnType<typeof setInterval>>();
  #again: ReturnType<typeof setTimeout> | null = null;
  #spare: ReturnType<typeof setTimeout> | null = null;
  #sent: { head: Playhead; at_ms: number } | null = null;
  #pointed_ms = -Infinity;

  constructor(opens: Opens = openSocket, now: () => number = () => performance.now()) {
    this.#opens = opens;
    this.#now = now;
  }

  me = $derived(this.members.find((one) => one.id === this.you) ?? null);
  leads = $derived(this.leader !== null && this.leader === this.you);
  leading = $derived(this.members.find((one) => one.id === this.leader) ?? null);
  /** Whether somebody else moves what is on this screen. */
  isLed = $derived(this.state !== "out" && this.following && this.leader !== null && !this.leads);

  /** Comes in; `lead` where one opens the room to show something. */
  join(production: string, name: string, { lead = false } = {}): void {
    if (this.production === production && this.name === name) return;
    this.leave();
    Object.assign(this, { production, name, state: "coming", refusal: "", following: true });
    this.#led = lead;
    this.#keep();
    this.#connect();
    this.#timers.add(setInterval(() => this.#ping(), PING_MS));
    this.#timers.add(setInterval(() => this.tick(), TICK_MS));
  }

  /** Comes back after a reload. */
  resume(): void {
    const kept = sessionStorage.getItem(KEPT);
    if (!kept || this.state !== "out") return;
    const { production, name, led } = JSON.parse(kept) as { production: string; name: string; led: boolean };
    this.join(production, name, { lead: led });
  }

  leave(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers.clear();
    for (const timer of [this.#again, this.#spare]) if (timer !== null) clearTimeout(timer);
    this.#again = this.#spare = null;
    const line = this.#line;
    this.#line = null;
    line?.close();
    this.#at = this.#sent = null;
    this.#led = false;
    this.clock.forget();
    Object.assign(this, { production: null, name: null, state: "out", members: [], leader: null, pointers: {} });
    if (typeof sessionStorage !== "undefined") sessionStorage.removeItem(KEPT);
  }

  /** The desk says that it is open, until the returned function is called. */
  sit(stage: Stage): () => void {
    this.#stage = stage;
    return () => {
      if (this.#stage === stage) this.#stage = null;
    };
  }

  lead(wants: boolean): void {
    if (this.state === "in") this.#say({ say: "lead", wants });
  }

  follow(following: boolean): void {
    if (this.state === "out" || this.following === following) return;
    this.following = following;
    if (this.state === "in") this.#say({ say: "follow", following });
    if (following) this.#go();
  }

  /** Somebody moved the picture by their own hand: from then on they look around. */
  wander(): void {
    if (this.isLed) this.follow(false);
  }

  point(at: readonly [number, number] | null): void {
    const now = this.#now();
    if (this.state !== "in" || (at !== null && now - this.#pointed_ms < POINTER_MS)) return;
    this.#pointed_ms = now;
    this.#say({ say: "point", at });
  }

  /** What is on the desk changed, or came to be there. */
  moved(): void {
    if (this.state === "out") return;
    if (!this.leads) {
      if (this.isLed) this.#go();
      return;
    }
    if (this.#spare !== null) return;
    this.#tell();
    this.#spare = setTimeout(() => {
      this.#spare = null;
      if (this.leads) this.#tell();
    }, SPARE_MS);
  }

  /** Called ten times a second: the leader says where it is, a follower looks whether it is there too. */
  tick(): void {
    const now = this.#now();
    if (!this.clock.settled) this.#ping();
    const old = Object.values(this.pointers).some((one) => now - one.seen_ms > POINTER_STAYS_MS);
    if (old) this.pointers = Object.fromEntries(Object.entries(this.pointers).filter(([, one]) => now - one.seen_ms <= POINTER_STAYS_MS));
    if (this.leads && this.#sent?.head.playing) this.#tell();
    else if (this.isLed && this.#at?.head.playing) this.#go();
  }

  #connect(): void {
    const { production, name } = this;
    if (production === null || name === null) return;
    const path = `/api/productions/${encodeURIComponent(production)}/rooms/${encodeURIComponent(name)}`;
    let line: Line | null = null;
    const mine = (): boolean => line !== null && this.#line === line;
    line = this.#opens(path, {
      opened: () => mine() && this.#hello(),
      said: (text) => mine() && this.#hear(JSON.parse(text) as Heard),
      closed: () => mine() && this.#lost(),
    });
    this.#line = line;
  }

  #hello(): void {
    const have = this.#at ? { ...this.#at.head, frame: this.#wanted(this.#at) } : (this.#stage?.head() ?? null);
    this.#say({ say: "hello", have: this.#led ? (this.#stage?.head() ?? have) : have, led: this.#led, following: this.following });
  }

  #ping(): void {
    if (this.state !== "in") return;
    this.#say({ say: "ping", t0: this.#now() });
  }

  #hear(heard: Heard): void {
    switch (heard.say) {
      case "welcome":
        if (heard.room !== this.#room) {
          this.#at = null;
          this.clock.forget();
        }
        this.#room = heard.room;
        this.#wait_ms = FIRST_WAIT_MS;
        Object.assign(this, { state: "in", you: heard.you, members: heard.members, leader: heard.leader });
        if (heard.at) this.#put(heard.at);
        this.#settled();
        return;
      case "here":
        Object.assign(this, { members: heard.members, leader: heard.leader });
        this.#settled();
        return;
      case "at":
        this.#put(heard);
        return;
      case "pong":
        this.clock.sample(heard.t0, heard.ts, this.#now());
        return;
      case "pointed":
        this.#pointed(heard.who, heard.at);
        return;
      case "refused":
        this.leave();
        this.refusal = heard.detail;
    }
  }

  /** Who leads is known: a leader begins to tell, and keeps being one when the line breaks. */
  #settled(): void {
    if (this.#led !== this.leads && this.leader !== null) {
      this.#led = this.leads;
      this.#keep();
    }
    if (this.leads) this.#tell();
  }

  #put(at: At): void {
    if (this.#at && at.n < this.#at.n) return;
    this.#at = at;
    if (!this.leads && this.following) this.#go();
  }

  #pointed(who: string, at: [number, number] | null): void {
    const { [who]: _gone, ...others } = this.pointers;
    const name = this.members.find((one) => one.id === who)?.name;
    this.pointers = at && name !== undefined ? { ...others, [who]: { name, x: at[0], y: at[1], seen_ms: this.#now() } } : others;
  }

  #wanted(at: At): number {
    return frameAfter(at.head, this.clock.at(this.#now()) - at.at_ms);
  }

  /** Brings the page to where the room is. */
  #go(): void {
    const [at, stage] = [this.#at, this.#stage];
    if (!at || this.leads || !this.following) return;
    const { head } = at;
    const here = stage?.head();
    const isElsewhere = here?.task !== head.task || here.take !== head.take;
    if (stage?.busy() && isElsewhere) {
      // A verdict is begun here: going elsewhere would throw it away.
      this.follow(false);
      return;
    }
    if (!stage) {
      this.elsewhere(head.task);
      return;
    }
    if (!stage.look(head.task, head.take)) return;
    const now = this.#now();
    const span = spanOf(head);
    if (!head.playing) {
      if (here?.playing || stage.shown() !== head.frame || isElsewhere) stage.stand(head.frame, span);
      return;
    }
    if (!this.clock.known) return;
    const gone_ms = this.clock.at(now) - at.at_ms;
    const goesAlong = !isElsewhere && isSteady(here, head);
    if (goesAlong) {
      const told = this.#chase.judge(head, gone_ms, stage.shown(), now);
      if (told !== "anew") {
        stage.ease(told);
        return;
      }
    }
    stage.play(this.#chase.start(head, gone_ms, now), head.speed, span);
  }

  /** Where to go when no desk is open; the desk's routes are not this file's. */
  elsewhere: (task: string) => void = () => undefined;

  #tell(): void {
    const head = this.#stage?.head() ?? null;
    if (!head || this.state !== "in") return;
    const at_ms = this.clock.known ? this.clock.at(this.#now()) : NOW;
    if (this.#sent && !isNews(this.#sent, head, at_ms)) return;
    this.#sent = { head, at_ms };
    this.#at = { n: this.#at?.n ?? 0, at_ms, head };
    this.#say({ say: "move", head, at_ms });
  }

  #say(said: object): void {
    this.#line?.send(JSON.stringify(said));
  }

  #lost(): void {
    this.#line = null;
    this.state = "lost";
    this.#sent = null;
    this.#again = setTimeout(() => this.#connect(), this.#wait_ms);
    this.#wait_ms = Math.min(LONGEST_WAIT_MS, this.#wait_ms * 2);
  }

  #keep(): void {
    if (typeof sessionStorage === "undefined" || this.name === null) return;
    sessionStorage.setItem(KEPT, JSON.stringify({ production: this.production, name: this.name, led: this.#led }));
  }
}

export const room = new Room();

/** A name for a new room that nobody guesses by chance. */
export const newRoomName = (): string => crypto.randomUUID().slice(0, 8);
