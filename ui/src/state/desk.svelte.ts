/** A task on the desk: which take is looked at, what the checks say of it, and the verdict being made. */

import * as calls from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { EvidenceDetailView, SheetView, TakeView, TaskView } from "../api/types";
import { Drawings } from "../drawing/drawings.svelte";
import { nextSpot, spots } from "../drawing/places";
import type { Span } from "../player/clock";
import { worstFrames } from "../player/strip";
import { Watch } from "../player/watch";
import { Ballot } from "./ballot.svelte";
import { Boxes } from "./boxes.svelte";
import { Coming } from "./coming";
import { type Call, flagAt, mayCall, type Meant } from "./flagCalls";
import { Compare, type Way } from "./compare.svelte";
import { Context } from "./context.svelte";
import { counter } from "./counter.svelte";
import { newKey } from "./idempotency";
import { confirmTask } from "./holds.svelte";
import { live } from "./live.svelte";
import { Lens } from "./lens.svelte";
import { Loading } from "./loading.svelte";
import { Playback, rateOf } from "./playback.svelte";
import { type Recorded, recordedOf } from "./recorded";
import { deskPath, hashOf, type Place, placeOf, route } from "./route.svelte";
import { session } from "./session.svelte";
import { firstTake, followedIn, inStrip, nextTake } from "./takes";

/** The studio shows it to this person no longer; when it is merely away, what is here stays. */
const isRefused = (problem: Problem | null): boolean => problem?.status === 403 || problem?.status === 404;

export class Desk {
  readonly loading = new Loading<TaskView>();
  readonly playback = new Playback();
  readonly ballot = new Ballot(() => session.reasons);
  readonly boxes = new Boxes();
  readonly drawings = new Drawings();
  readonly lens = new Lens();
  readonly compare = new Compare();
  readonly context = new Context();
  readonly coming = new Coming(calls.getTask, this.playback.ahead);
  takeId = $state<string | null>(null);
  evidence = $state.raw<EvidenceDetailView[]>([]);
  /** Evidence of the take is on its way. */
  isMeasuring = $state(false);
  /** The gate that whoever came here was led to. */
  ledTo = $state<string | null>(null);
  heatShown = $state(true);
  sheetShown = $state(false);
  lensShown = $state(false);
  /** A frame number is being typed. */
  goingTo = $state(false);
  sending = $state(false);
  refusal = $state.raw<Problem | null>(null);
  recorded = $state.raw<Recorded | null>(null);
  /** What came of confirming what still holds, in words. */
  confirmed = $state("");
  /** Content → what of it was in front of this person; kept while the desk is open. */
  #watches = new Map<string, Watch>();
  #details = new Map<string, EvidenceDetailView>();
  #wanted: string | null = null;

  task = $derived(this.loading.value);
  takes = $derived(inStrip(this.task?.takes ?? []));
  take = $derived(this.takes.find((take) => take.id === this.takeId) ?? null);
  sheets = $derived<SheetView[]>(this.task?.sheets ?? []);
  worst = $derived(worstFrames(this.evidence));
  /** Characters that a box can be drawn around. */
  followed = $derived(this.take?.hidden ? [] : followedIn(this.take));
  /** Rights can be taken away while somebody draws. */
  isDrawing = $derived(this.drawings.drawing && (this.task?.may_note ?? false));
  /** Where people noted or drew something. */
  spots = $derived(spots(this.take?.notes ?? [], this.drawings.standing));
  /** Frames before and after those that the cut uses of the take. */
  handles = $derived.by<Span[]>(() => {
    const [used, nFrames] = [this.take?.cut_range, this.take?.n_frames ?? 0];
    if (!used) return [];
    return [{ start: 0, end: used.start }, { start: used.end, end: nFrames }].filter(({ start, end }) => end > start);
  });
  heatmaps = $derived(this.evidence.flatMap((one) => one.heatmaps));

  /** Opens the task that the address names, unless what it names is shown or under way already. */
  come(id: string): void {
    if (this.#wanted !== id || (this.task?.id === id && this.#isElsewhere(placeOf(location.hash)))) void this.open(id);
  }

  /** Whether a place is not the one that is shown. */
  #isElsewhere({ take, frame }: Place): boolean {
    return (take !== null && take !== this.take?.number) || (frame !== null && counter.frame(frame) !== this.playback.frame);
  }

  async open(id: string): Promise<void> {
    const place = placeOf(location.hash);
    this.refusal = null;
    this.confirmed = "";
    this.playback.clock.pause();
    this.#wanted = id;
    const known = this.coming.take(id, place.take);
    if (known) {
      this.loading.set(known);
      this.#enter(known, place);
    }
    const shown = this.take;
    // what was read ahead may be old by now: the studio is asked all the same, and its answer counts
    const task = await this.loading.ask(() => calls.getTask(id));
    if (this.#wanted !== id) return;
    if (task && known) this.#renew(task, shown);
    else if (task) this.#enter(task, place);
    else if (isRefused(this.loading.problem)) this.loading.value = null;
  }

  /** Shows a newer answer; what stands beside the picture is read again where it is of something else. */
  #renew(task: TaskView, shown: TakeView | null): void {
    const told = (take: TakeView | null): string => [take?.content, ...(take?.evidence ?? []).map((one) => one.id)].join();
    const take = task.takes.find((one) => one.id === this.takeId) ?? firstTake(task.takes);
    this.#show(take, this.playback.frame);
    if (told(take) !== told(shown)) this.#read();
  }

  /** Shows a task from its beginning, or from the place an address names. */
  #enter(task: TaskView, place: Place): void {
    void session.useReasons(task.production.code);
    counter.start = task.start_frame;
    this.playback.clock.clearLoop();
    this.compare.lay(undefined); // the sheet was that of another task
    this.goingTo = false;
    const isMoved = place.frame !== null || this.recorded?.task !== task.id;
    const frame = isMoved ? counter.frame(place.frame ?? 0) : this.playback.clock.frame;
    this.look(task.takes.find((take) => take.number === place.take) ?? firstTake(task.takes), frame);
    this.ledTo = place.gate;
    if (place.gate !== null) this.ballot.chosenGate = place.gate;
    if (this.playback.frame !== frame) this.playback.clock.seek(frame);
  }

  /** Whether another task is on its way: what comes of this one must not overtake it. */
  #hasLeft(id: string): boolean {
    return this.#wanted !== null && this.#wanted !== id;
  }

  /** Asks again after the book grew; the take, the frame and the draft stay as they are. */
  async refresh(): Promise<void> {
    const { task } = this;
    // one's own verdict comes back as news: its answer showed it already
    if (!task || this.sending || this.#hasLeft(task.id) || task.book_seq >= live.seq) return;
    const fresh = await this.loading.ask(() => calls.getTask(task.id));
    if (fresh) this.look(fresh.takes.find((take) => take.id === this.takeId) ?? firstTake(fresh.takes));
    else if (isRefused(this.loading.problem)) this.loading.value = null;
  }

  /** Looks at a take, on the frame that is shown unless another is named. */
  look(take: TakeView | null, frame = this.playback.frame): void {
    this.#show(take, frame);
    this.#read();
  }

  #show(take: TakeView | null, frame: number): void {
    if (take?.content !== this.take?.content) this.#watching?.rest();
    if (take?.content !== this.take?.content) this.context.follow(this.task?.id ?? null, take?.content ?? null);
    this.takeId = take?.id ?? null;
    this.ballot.lookAt(take);
    this.compare.look(take, this.takes);
    const rate = rateOf(take?.rate ?? null, this.task?.production.rate ?? [24, 1]);
    counter.begin(take?.timecode ?? null, rate);
    this.playback.load(take, rate, frame);
    if (this.playback.visible) this.#watching?.begin();
  }

  /** Reads what stands beside the picture. */
  #read(): void {
    const { take, task } = this;
    void this.#readEvidence(take);
    const place = task && take ? { task: task.id, content: take.content } : null;
    void this.boxes.read(place);
    void this.drawings.read(place);
  }

  /** Frames that a verdict is about, where not the whole take. */
  get range(): Span | null {
    return this.playback.loop;
  }

  /** Has at hand what would come next, once the picture rests. */
  lookAhead(): void {
    const { task, take, playback } = this;
    const person = session.me?.person.id;
    if (!task || !take || !person) return;
    // a verdict given while it plays leads to where the next one begins
    const frame = playback.playing ? playback.clock.span.start : playback.frame;
    this.coming.plan({ task, takes: this.takes, take, gate: this.ballot.gate?.key ?? "", person, frame });
  }

  /** Begins to draw on the frame shown. */
  startDrawing(): void {
    if (!this.take || !this.task?.may_note) return;
    this.playback.clock.pause();
    this.boxes.cancel();
    this.drawings.begin();
  }

  toNextSpot(): void {
    const next = nextSpot(this.spots, this.playback.frame);
    if (next !== null) this.playback.clock.seek(next);
  }

  /** Hears what of it was recorded later than it was done, until the returned function is called. */
  listen(): () => void {
    const ends = [
      this.drawings.listen(),
      this.drawings.unsent.onSent((_, answer) => {
        if (answer && !Array.isArray(answer) && answer.id === this.task?.id && !this.#hasLeft(answer.id)) this.show(answer);
      }),
    ];
    return () => ends.forEach((end) => end());
  }

  /** Shows a task as the studio answered it; the take that is looked at stays. */
  show(task: TaskView): void {
    this.loading.set(task);
    this.look(task.takes.find((take) => take.id === this.takeId) ?? firstTake(task.takes));
  }

  async settleNote(note: string, disposition: string): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    this.refusal = null;
    try {
      const after = await calls.settleNote(note, disposition, newKey());
      if (this.task?.id === after.id && !this.#hasLeft(after.id)) this.show(after);
    } catch (error) {
      this.refusal = asProblem(error);
    } finally {
      this.sending = false;
    }
  }

  /** What the keys of the picture move: the take, or the film it stands in. */
  get moving(): Playback {
    return this.context.isOn ? this.context.playback : this.playback;
  }

  /** Shows the take between its neighbours in the cut, or alone again. */
  async turnContext(): Promise<void> {
    const { task, take } = this;
    if (this.context.isOn || !task || !take) {
      this.context.close();
      return;
    }
    this.playback.clock.pause();
    await this.context.open(task.id, take.content);
  }

  compareBy(way: Way): void {
    this.compare.turn(way, this.take, this.takes);
  }

  /** Begins to draw a box on the frame shown; by key that of the first character, then of the next. */
  placeBox(character?: string): void {
    const { followed } = this;
    if (followed.length === 0) return;
    this.playback.clock.pause();
    this.drawings.leave();
    const at = followed.indexOf(this.boxes.placing ?? "");
    if (character !== undefined) this.boxes.place(character);
    else if (followed[at + 1] !== undefined) this.boxes.place(followed[at + 1] ?? "");
    else this.boxes.cancel();
  }

  get #watching(): Watch | null {
    const content = this.take?.content;
    if (content === undefined) return null;
    const watch = this.#watches.get(content) ?? new Watch();
    this.#watches.set(content, watch);
    return watch;
  }

  /** The window came to the front, or went away. */
  visible(isVisible: boolean): void {
    this.playback.visible = isVisible;
    if (isVisible) this.#watching?.begin();
    else this.#watching?.rest();
  }

  /** A frame of the take stands on the screen. */
  shown(frame: number, playing: boolean): void {
    if (this.playback.visible && !this.compare.hidesA) this.#watching?.shown(frame, playing);
  }

  lookAlong(by: 1 | -1): void {
    const at = this.takes.findIndex((take) => take.id === this.takeId);
    const next = this.takes[at + by];
    if (next) this.look(next);
  }

  /** The next worst frame after the one shown, in order of how bad they are. */
  toWorst(by: 1 | -1 = 1): void {
    const { worst } = this;
    if (worst.length === 0) return;
    const at = worst.indexOf(this.playback.frame);
    const next = at < 0 ? 0 : (at + by + worst.length) % worst.length;
    this.playback.clock.seek(worst[next] ?? 0);
  }

  notePlace(): void {
    if (this.task && !this.playback.playing) route.note(hashOf(counter.label(this.playback.frame), this.take?.number ?? null, this.ledTo));
  }

  async commit(): Promise<void> {
    const { task, take } = this;
    const { gate, value } = this.ballot;
    const body = task && this.ballot.body(task, this.playback.loop, this.#watching);
    if (!task || !take || !gate || value === null || !body || this.sending) return;
    this.sending = true;
    this.refusal = null;
    try {
      const after = await calls.recordVerdict(body);
      this.recorded = recordedOf(after, take, gate, value, session.me?.person.id);
      if (this.#hasLeft(task.id)) return;
      this.ballot.clear();
      this.#advance(after, take, gate.key, value);
    } catch (error) {
      await this.#refused(error);
    } finally {
      this.sending = false;
    }
  }

  async withdraw(seq: number | undefined = this.recorded?.seq): Promise<void> {
    if (seq === undefined || this.sending) return;
    const taskOf = this.recorded?.seq === seq ? this.recorded.task : this.task?.id;
    this.sending = true;
    try {
      const after = await calls.withdrawVerdict(seq, newKey());
      this.recorded = null;
      if (this.task?.id === after.id && !this.#hasLeft(after.id)) this.show(after);
      else if (taskOf) route.go(deskPath(taskOf));
    } catch (error) {
      this.refusal = asProblem(error);
    } finally {
      this.sending = false;
    }
  }

  /** Says of the flag at the playhead whether it was right; saying the same again takes it back. */
  async callHere(call: Call): Promise<void> {
    const meant = flagAt(this.evidence, this.playback.frame);
    if (meant && mayCall(this.task, this.take)) await this.callFlag(meant, call);
  }

  async callFlag({ evidence, flag }: Meant, call: Call): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    this.refusal = null;
    try {
      const said = flag.mine === call ? "withdrawn" : call;
      const frames = { start: flag.start, end: flag.end };
      const after = await calls.callFlag(evidence.id, { label: flag.label, frames, call: said, note: "", key: newKey() });
      this.#details.set(after.id, after);
      this.evidence = this.evidence.map((one) => (one.id === after.id ? after : one));
    } catch (error) {
      this.refusal = asProblem(error);
    } finally {
      this.sending = false;
    }
  }

  /** Confirms this person's stale approvals of the task; what was refused is said. */
  async stillHolds(): Promise<void> {
    const { task } = this;
    if (!task || this.sending) return;
    this.sending = true;
    this.refusal = null;
    try {
      this.confirmed = await confirmTask(task.production.code, task.id);
    } catch (error) {
      this.refusal = asProblem(error);
    } finally {
      this.sending = false;
    }
    await this.refresh();
  }

  async hold(reason: string | null): Promise<void> {
    const id = this.task?.id;
    if (!id) return;
    try {
      const after = await (reason === null ? calls.releaseTask(id) : calls.holdTask(id, reason));
      if (!this.#hasLeft(id)) this.loading.set(after);
    } catch (error) {
      this.refusal = asProblem(error);
    }
  }

  async adopt(character: string): Promise<void> {
    const code = this.task?.production.code;
    if (!code) return;
    try {
      const after = await calls.adoptSheet(code, character);
      if (this.#hasLeft(after.id)) return;
      this.loading.set(after);
      this.look(this.task?.takes.find((take) => take.id === this.takeId) ?? null);
    } catch (error) {
      this.refusal = asProblem(error);
    }
  }

  #advance(after: TaskView, from: TakeView, gate: string, value: number): void {
    const { playing, clock } = this.playback;
    const takes = inStrip(after.takes);
    const next = nextTake(takes, from, session.me?.person.id ?? "", gate, value);
    if (!next && after.next_task) {
      // at once, and not once the task that is left was shown anew
      route.go(deskPath(after.next_task));
      this.come(after.next_task);
      return;
    }
    this.loading.set(after);
    this.look(next ?? takes.find((take) => take.id === from.id) ?? null, next && playing ? clock.span.start : clock.frame);
  }

  /** The world moved: the draft stays, what it was made on is shown anew. */
  async #refused(error: unknown): Promise<void> {
    this.refusal = asProblem(error);
    const { task } = this;
    if (this.refusal.status !== 409 || !task || this.#hasLeft(task.id)) return;
    const fresh = await this.loading.ask(() => calls.getTask(task.id));
    const same = fresh?.takes.find((take) => take.id === this.takeId);
    if (same) this.ballot.lookAt(same);
  }

  async #readEvidence(take: TakeView | null): Promise<void> {
    const wanted = (take?.evidence ?? []).map((one) => one.id);
    this.evidence = wanted.flatMap((id) => this.#details.get(id) ?? []);
    this.isMeasuring = this.evidence.length < wanted.length;
    const fetched = await Promise.all(
      wanted.map(async (id) => {
        const known = this.#details.get(id);
        if (known) return known;
        return calls.getEvidence(id).catch(() => null);
      }),
    );
    for (const one of fetched) if (one) this.#details.set(one.id, one);
    if (this.take?.id !== take?.id) return;
    this.evidence = fetched.filter((one) => one !== null);
    this.isMeasuring = false;
  }
}
