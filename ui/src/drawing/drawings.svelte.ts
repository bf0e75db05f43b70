/** Drawings on the take that is looked at, and the hand that draws. */

import * as calls from "../api/calls";
import type { DrawingView, NoteView } from "../api/types";
import type { Span } from "../player/clock";
import type { Playback } from "../state/playback.svelte";
import { type Ghost, ghosts, isMeant, type Mark, moved, type Point, type Shape, simplified, touches } from "./ink";
import { type Doing, type Drawn, operation, type Place, Sitting, standing } from "./operations";
import { distinct } from "./places";
import type { Waiting } from "./shelf";
import { type Answer, type Unsent, unsent as ofThisBrowser } from "./unsent.svelte";
import { uuid7 } from "./uuid7";

export type Tool = Shape | "select";
export type Reach = "frame" | "loop" | "take";
export type Severity = "fyi" | "issue" | "blocker";

export const COLOURS = [
  { name: "red", colour: "#ff453a" },
  { name: "yellow", colour: "#ffd60a" },
  { name: "green", colour: "#32d74b" },
  { name: "blue", colour: "#409cff" },
  { name: "white", colour: "#ffffff" },
  { name: "black", colour: "#000000" },
] as const;
export const WIDTHS = [
  { name: "fine", width: 140 },
  { name: "medium", width: 300 },
  { name: "broad", width: 650 },
] as const;
// Letters as high as so many lines are thick: 40 pixels beside a medium line on 720.
const LETTERS = 12;
/** So many frames before and after the one shown are ghosts. */
export const GHOST_REACH = 4;

/** What the desk shows while somebody draws: the frame on the screen, the loop, and how wide the picture is by its height. */
export interface View {
  frame: number;
  loop: Span | null;
  nFrames: number;
  aspect: number;
}

/** What somebody draws on: a take in front of them, and what of it is on the screen. */
export interface Easel {
  readonly drawings: Drawings;
  readonly playback: Playback;
  readonly isDrawing: boolean;
  readonly take: object | null;
}

export class Drawings {
  all = $state.raw<DrawingView[]>([]);
  drawing = $state(false);
  tool = $state<Tool>("pen");
  colour = $state<string>(COLOURS[0].colour);
  width = $state<number>(WIDTHS[1].width);
  reach = $state<Reach>("frame");
  ghostsShown = $state(false);
  selected = $state<string | null>(null);
  /** What is under the pointer right now; not done yet. */
  live = $state.raw<Mark | null>(null);
  /** A text that is being typed. */
  typing = $state.raw<Mark | null>(null);
  /** A note that is being written; it stays while the tools are put away. */
  draft = $state("");
  /** Drawings of the note that is pointed at. */
  highlighted = $state.raw<readonly string[]>([]);
  canUndo = $state(false);
  canRedo = $state(false);
  #place = $state.raw<Place | null>(null);
  #sitting = new Sitting();
  #points: Point[] = [];
  #drag: { id: string; from: Point; mark: Mark } | null = null;
  #sent = 0;
  readonly unsent: Unsent;
  #ask: (task: string, content: string) => Promise<DrawingView[]>;

  #waiting = $derived.by(() => {
    const place = this.#place;
    return this.unsent.mine.filter((one) => one.body.task === place?.task && one.body.content === place.content);
  });
  standing = $derived(
    standing(
      this.all,
      this.#waiting.flatMap((one) => (one.kind === "drawing" && one.refused === null ? [one.body] : [])),
      "you",
    ),
  );
  /** Notes of this take that are not in the book yet. */
  notesWaiting = $derived(this.#waiting.flatMap((one) => (one.kind === "note" ? [{ ...one.body, refused: one.refused }] : [])));

  constructor(unsent: Unsent = ofThisBrowser, ask: (task: string, content: string) => Promise<DrawingView[]> = calls.getDrawings) {
    this.unsent = unsent;
    this.#ask = ask;
  }

  /** Hears what was sent, until the returned function is called. */
  listen(): () => void {
    return this.unsent.onSent((item, answer) => this.#answered(item, answer));
  }

  async read(place: Place | null): Promise<void> {
    if (place?.content !== this.#place?.content || place?.task !== this.#place?.task) {
      this.#place = place;
      this.all = [];
      this.#rest();
    }
    if (!place) return;
    const sent = this.#sent;
    const found = await this.#ask(place.task, place.content).catch(() => null);
    if (!found || this.#place?.content !== place.content || this.#place.task !== place.task) return;
    // asked before something of ours was recorded, answered after: it may lack that
    if (sent !== this.#sent) await this.read(place);
    else this.all = found;
  }

  #answered(item: Waiting, answer: Answer): void {
    const place = this.#place;
    if (item.body.task !== place?.task || item.body.content !== place.content) return;
    this.#sent += 1;
    if (Array.isArray(answer)) this.all = answer;
    else if (answer === null) void this.read(place);
  }

  begin(): void {
    this.drawing = true;
  }

  leave(): void {
    this.drawing = false;
    this.live = null;
    this.typing = null;
    this.selected = null;
    this.#drag = null;
  }

  #rest(): void {
    this.live = null;
    this.typing = null;
    this.selected = null;
    this.highlighted = [];
    this.draft = "";
    this.#drag = null;
    this.#sitting = new Sitting();
    this.#count();
  }

  choose(tool: Tool): void {
    this.tool = tool;
    if (tool !== "select") this.selected = null;
  }

  nextColour(): void {
    const at = COLOURS.findIndex((one) => one.colour === this.colour);
    this.colour = COLOURS[(at + 1) % COLOURS.length]?.colour ?? this.colour;
  }

  nextReach(loop: Span | null): void {
    const ways: Reach[] = loop ? ["frame", "loop", "take"] : ["frame", "take"];
    this.reach = ways[(ways.indexOf(this.reach) + 1) % ways.length] ?? "frame";
  }

  framesFor({ frame, loop, nFrames }: View): Span {
    if (this.reach === "take") return { start: 0, end: Math.max(1, nFrames) };
    return this.reach === "loop" && loop ? { start: loop.start, end: loop.end } : { start: frame, end: frame + 1 };
  }

  /** What is drawn on a frame, the one that is moved where the pointer has it. */
  on(frame: number): Drawn[] {
    const drag = this.#drag;
    return this.standing
      .filter((one) => frame >= one.frames.start && frame < one.frames.end)
      .map((one) => (drag && this.live && one.id === drag.id ? { ...one, ...this.live } : one));
  }

  ghostsOf(frame: number): Ghost<Drawn>[] {
    return this.ghostsShown ? ghosts(this.standing, frame, GHOST_REACH) : [];
  }

  down(point: Point, view: View): void {
    if (this.tool === "select") {
      const found = this.on(view.frame).findLast((one) => one.mine && touches(one, point, view.aspect));
      this.selected = found?.id ?? null;
      this.#drag = found ? { id: found.id, from: point, mark: plain(found) } : null;
      return;
    }
    const mark = { frames: this.framesFor(view), colour: this.colour, text: "" };
    if (this.tool === "text") {
      this.typing = { ...mark, shape: "text", points: [point], width: this.width * LETTERS };
      return;
    }
    this.#points = [point];
    const points = this.tool === "pen" ? [point] : [point, point];
    this.live = { ...mark, shape: this.tool, points, width: this.width };
  }

  move(points: readonly Point[]): void {
    const last = points.at(-1);
    if (!last) return;
    if (this.#drag) this.live = moved(this.#drag.mark, last[0] - this.#drag.from[0], last[1] - this.#drag.from[1]);
    else if (this.live?.shape === "pen") {
      this.#points.push(...points);
      this.live = { ...this.live, points: [...this.#points] };
    } else if (this.live) this.live = { ...this.live, points: [this.#points[0] ?? last, last] };
  }

  up(): void {
    const [live, drag] = [this.live, this.#drag];
    this.live = null;
    this.#drag = null;
    if (drag) {
      if (live && String(live.points) !== String(drag.mark.points)) this.#do({ act: "update", drawing: drag.id, mark: live }, drag.mark, live);
      return;
    }
    if (!live) return;
    const mark = live.shape === "pen" ? { ...live, points: simplified(live.points) } : live;
    if (isMeant(mark)) this.#do({ act: "add", drawing: uuid7(), mark }, null, mark);
  }

  typed(text: string): void {
    const { typing } = this;
    this.typing = null;
    const mark = typing && { ...typing, text: text.trim() };
    if (mark && isMeant(mark)) this.#do({ act: "add", drawing: uuid7(), mark }, null, mark);
  }

  /** Moves what is selected by so much of the picture. */
  nudge(dx: number, dy: number): void {
    const found = this.#chosen;
    if (!found) return;
    const before = plain(found);
    const after = moved(before, dx, dy);
    if (String(after.points) !== String(before.points)) this.#do({ act: "update", drawing: found.id, mark: after }, before, after);
  }

  remove(): void {
    const found = this.#chosen;
    if (!found) return;
    this.selected = null;
    this.#do({ act: "delete", drawing: found.id, mark: null }, plain(found), null);
  }

  get #chosen(): Drawn | undefined {
    return this.standing.find((one) => one.id === this.selected && one.mine);
  }

  undo(): void {
    this.#append(this.#sitting.undo());
  }

  redo(): void {
    this.#append(this.#sitting.redo());
  }

  #do(doing: Doing, before: Mark | null, after: Mark | null): void {
    this.#sitting.did(doing.drawing, before, after);
    this.#append(doing);
  }

  #append(doing: Doing | null): void {
    this.#count();
    const place = this.#place;
    if (!doing || !place) return;
    if (doing.act === "delete" && this.selected === doing.drawing) this.selected = null;
    void this.unsent.draw(operation({ task: place.task, content: place.content }, doing.act, doing.drawing, doing.mark));
  }

  #count(): void {
    this.canUndo = this.#sitting.canUndo;
    this.canRedo = this.#sitting.canRedo;
  }

  /** This person's drawings that no note names yet: what a note that is written now would point at. */
  loose(notes: readonly Pick<NoteView, "drawings">[]): Drawn[] {
    const named = new Set([...notes, ...this.notesWaiting].flatMap((note) => note.drawings));
    return this.standing.filter((one) => one.mine && !named.has(one.id));
  }

  /** Sends the draft as a note on this take; it names drawings and their frames, else the frames given. */
  note(severity: Severity, drawings: readonly Drawn[], frames: Span): void {
    const ranges = drawings.length > 0 ? distinct(drawings.map((one) => one.frames)) : [{ start: frames.start, end: frames.end }];
    this.#write(this.draft, { severity, ranges, drawings: drawings.map((one) => one.id), reply_to: null });
    this.draft = "";
  }

  reply(text: string, to: string): void {
    this.#write(text, { severity: "fyi", ranges: [], drawings: [], reply_to: to });
  }

  #write(text: string, more: { severity: Severity; ranges: Span[]; drawings: string[]; reply_to: string | null }): void {
    const place = this.#place;
    if (!place || text.trim() === "") return;
    void this.unsent.note({ task: place.task, content: place.content, text: text.trim(), key: uuid7(), regions: [], ...more });
  }
}

const plain = ({ frames, shape, points, width, colour, text }: Mark): Mark => ({ frames, shape, points, width, colour, text });
