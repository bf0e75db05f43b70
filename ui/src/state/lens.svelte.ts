/** The lens over the player: zoom, light, channel, guides. It belongs to the desk, not to a take. */

import { channelsOf, FITTED, held, MASKS, matrixOf, zoomed, type Channel, type Mask, type Point, type Size, type View } from "../player/lens";
import type { FullKind } from "../player/stage";

const STOP = 0.25;
const MOST_STOPS = 4;
const GAMMA = 0.1;
// Less than this more than is stored, nobody sees.
const LITTLE_MORE = 1.01;
// Scales nearer to each other are one.
const SAME = 1e-6;
const GAMMAS = [0.4, 2.5] as const;

const within = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, Math.round(value * 100) / 100));

export class Lens {
  view = $state.raw<View>(FITTED);
  stops = $state(0);
  gamma = $state(1);
  channel = $state<Channel>("colour");
  safe = $state(false);
  mask = $state<Mask>("none");
  /** Sizes in CSS pixels of the fitted picture and of the room it stands in. */
  picture = $state.raw<Size>({ width: 1, height: 1 });
  well = $state.raw<Size>({ width: 1, height: 1 });
  /** Pixels that there are to be seen, the take's own where they can be had, and of its stored frames. */
  pixels = $state.raw<Size>({ width: 1, height: 1 });
  stored = $state.raw<Size>({ width: 1, height: 1 });
  hasAlpha = $state(false);
  density = $state(1);
  channels = $derived(channelsOf(this.hasAlpha));
  #pointer: Point = { x: 0, y: 0 };
  #before: View = FITTED;

  /** Pixels of the screen from one side of the picture to the other. */
  #across = $derived(this.view.scale * this.picture.width * this.density);
  /** Screen pixels for one pixel that there is. */
  share = $derived(this.#across / this.pixels.width);
  isNear = $derived(this.view.scale > 1);
  /** The channel that a take has; chosen on one with alpha, it waits for the next such. */
  shown = $derived<Channel>(this.channels.includes(this.channel) ? this.channel : "colour");
  /** What is looked at that stored frames do not hold: more pixels than they have, or alpha. */
  full = $derived.by<FullKind | null>(() => {
    if (this.shown === "alpha" || this.shown === "checker") return this.shown;
    const isLarger = this.pixels.width > this.stored.width && this.#across > this.stored.width * LITTLE_MORE;
    return this.view.scale !== 1 && isLarger ? "full" : null;
  });
  changesLight = $derived(this.stops !== 0 || this.gamma !== 1 || matrixOf(this.shown) !== null);
  isPlain = $derived(!this.changesLight && this.shown === "colour" && this.view.scale === 1 && !this.safe && this.mask === "none");

  /** What is not plain, in words; empty where all is. */
  words = $derived(
    [
      this.view.scale === 1 ? "" : `${String(Math.round(this.share * 100))} %`,
      this.stops === 0 ? "" : `${this.stops > 0 ? "+" : "−"}${String(Math.abs(this.stops))} stop${Math.abs(this.stops) === 1 ? "" : "s"}`,
      this.gamma === 1 ? "" : `gamma ${String(this.gamma)}`,
      this.shown === "colour" ? "" : this.shown === "checker" ? "over checks" : this.shown,
      this.safe ? "safe areas" : "",
      this.mask === "none" ? "" : `mask ${this.mask}`,
    ]
      .filter(Boolean)
      .join(" · "),
  );

  /** The picture was laid out anew; a pixel for a pixel stays that, where it was. */
  laid(picture: Size): void {
    const by = this.picture.width / picture.width;
    const wasActual = this.view.scale !== 1 && Math.abs(this.share - 1) < SAME;
    this.picture = picture;
    if (wasActual && by !== 1) this.#look({ ...this.view, scale: this.view.scale * by });
  }

  over(at: Point): void {
    this.#pointer = at;
  }

  zoom(by: number, at: Point = this.#pointer): void {
    const next = zoomed(this.view, this.view.scale * by, at);
    // Passing the fitted size is felt: there everything stands again as it was.
    const passes = (this.view.scale - 1) * (next.scale - 1) < 0;
    this.#look(passes ? FITTED : next);
  }

  move(by: Point): void {
    this.#look({ ...this.view, x: this.view.x + by.x, y: this.view.y + by.y });
  }

  /** A pixel of the take as a pixel of the screen, about the pointer; again: as before. */
  actual(): void {
    const whole = this.pixels.width / (this.picture.width * this.density);
    const isActual = Math.abs(this.view.scale - whole) < SAME;
    if (isActual) this.#look(this.#before);
    else {
      this.#before = this.view;
      this.#look(zoomed(this.view, whole, this.#pointer));
    }
  }

  expose(by: 1 | -1): void {
    this.stops = within(this.stops + by * STOP, -MOST_STOPS, MOST_STOPS);
  }

  bend(by: 1 | -1): void {
    this.gamma = within(this.gamma + by * GAMMA, ...GAMMAS);
  }

  nextChannel(): void {
    const { channels } = this;
    this.channel = channels[(channels.indexOf(this.shown) + 1) % channels.length] ?? "colour";
  }

  /** Safe areas, then each mask, then nothing. */
  nextGuide(): void {
    if (!this.safe && this.mask === "none") this.safe = true;
    else {
      this.mask = MASKS[(MASKS.indexOf(this.mask) + 1) % MASKS.length] ?? "none";
      this.safe = false;
    }
  }

  reset(): void {
    this.view = FITTED;
    this.stops = 0;
    this.gamma = 1;
    this.channel = "colour";
    this.safe = false;
    this.mask = "none";
  }

  #look(view: View): void {
    this.view = held(view, this.picture, this.well);
  }
}
