/** The lens over the player: zoom, light, channel, guides. It belongs to the desk, not to a take. */

import { CHANNELS, FITTED, held, MASKS, zoomed, type Channel, type Mask, type Point, type Size, type View } from "../player/lens";

const STOP = 0.25;
const MOST_STOPS = 4;
const GAMMA = 0.1;
const GAMMAS = [0.4, 2.5] as const;

const within = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, Math.round(value * 100) / 100));

export class Lens {
  view = $state.raw<View>(FITTED);
  stops = $state(0);
  gamma = $state(1);
  channel = $state<Channel>("colour");
  safe = $state(false);
  mask = $state<Mask>("none");
  /** Sizes in CSS pixels of the fitted picture and of the room it stands in; the stored picture's in its own. */
  picture = $state.raw<Size>({ width: 1, height: 1 });
  well = $state.raw<Size>({ width: 1, height: 1 });
  stored = $state.raw<Size>({ width: 1, height: 1 });
  density = $state(1);
  #pointer: Point = { x: 0, y: 0 };
  #before: View = FITTED;

  /** Screen pixels for one pixel of the stored picture. */
  share = $derived((this.view.scale * this.picture.width * this.density) / this.stored.width);
  isNear = $derived(this.view.scale > 1);
  changesLight = $derived(this.stops !== 0 || this.gamma !== 1 || this.channel !== "colour");
  isPlain = $derived(!this.changesLight && this.view.scale === 1 && !this.safe && this.mask === "none");

  /** What is not plain, in words; empty where all is. */
  words = $derived(
    [
      this.view.scale === 1 ? "" : `${String(Math.round(this.share * 100))} %`,
      this.stops === 0 ? "" : `${this.stops > 0 ? "+" : "−"}${String(Math.abs(this.stops))} stop${Math.abs(this.stops) === 1 ? "" : "s"}`,
      this.gamma === 1 ? "" : `gamma ${String(this.gamma)}`,
      this.channel === "colour" ? "" : this.channel,
      this.safe ? "safe areas" : "",
      this.mask === "none" ? "" : `mask ${this.mask}`,
    ]
      .filter(Boolean)
      .join(" · "),
  );

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

  /** A pixel of the stored picture as a pixel of the screen, about the pointer; again: as before. */
  actual(): void {
    const whole = this.stored.width / (this.picture.width * this.density);
    const isActual = Math.abs(this.view.scale - whole) < 1e-6;
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
    this.channel = CHANNELS[(CHANNELS.indexOf(this.channel) + 1) % CHANNELS.length] ?? "colour";
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
