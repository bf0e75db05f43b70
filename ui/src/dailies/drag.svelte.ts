/** A row of a list in somebody's hand: by mouse from anywhere on it, by touch or pen from its grip. */

import { afterAt, ENTRY_PX, placeAt } from "./order";

// Less than this is a click with an unsteady hand.
const UNSTEADY_PX = 5;
// So near an edge the list scrolls along.
const EDGE_PX = 40;
const MOST_SCROLL_PX = 16;

interface Listed {
  id: string;
}

export class Drag {
  /** The row in the hand. */
  id = $state<string | null>(null);
  /** Its middle, from where the list begins. */
  y_px = $state(0);
  #entries: () => readonly Listed[];
  #drop: (id: string, place: number) => void;
  #box: HTMLElement | null = null;
  #pressed: { id: string; x: number; y: number } | null = null;
  #pointer_px = 0;
  #raf = 0;
  #hasEnded = false;

  /** Place that the row would get. */
  place = $derived(placeAt(this.y_px, this.#many()));

  constructor(entries: () => readonly Listed[], drop: (id: string, place: number) => void) {
    this.#entries = entries;
    this.#drop = drop;
  }

  /** What scrolls; the returned function lets go. */
  within(box: HTMLElement | null): () => void {
    this.#box = box;
    return () => this.#let();
  }

  grab(event: PointerEvent, id: string): void {
    this.#hasEnded = false;
    const target = event.target instanceof Element ? event.target : null;
    const isGrip = target?.closest("[data-grip]") !== null && target !== null;
    if (event.button !== 0 || (event.pointerType !== "mouse" && !isGrip) || target?.closest("[data-act]")) return;
    this.#pressed = { id, x: event.clientX, y: event.clientY };
    addEventListener("pointermove", this.#moved);
    addEventListener("pointerup", this.#up);
    addEventListener("pointercancel", this.#let);
    addEventListener("keydown", this.#key, { capture: true });
  }

  /** Whether the click that comes now only ends a drag. */
  ended(): boolean {
    const was = this.#hasEnded;
    this.#hasEnded = false;
    return was;
  }

  /** Where a row stands while another is in the hand. */
  top(index: number, id: string): number {
    if (this.id === null) return index * ENTRY_PX;
    if (id === this.id) return this.y_px - ENTRY_PX / 2;
    const from = this.#entries().findIndex((one) => one.id === this.id);
    const by = index > from && index <= this.place ? -1 : index < from && index >= this.place ? 1 : 0;
    return (index + by) * ENTRY_PX;
  }

  #many(): number {
    return this.#entries().length;
  }

  readonly #moved = (event: PointerEvent): void => {
    const pressed = this.#pressed;
    if (!pressed || !this.#box) return;
    if (this.id === null && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) < UNSTEADY_PX) return;
    this.#pointer_px = event.clientY;
    this.#place();
    if (this.id === null) {
      this.id = pressed.id;
      this.#scroll();
    }
  };

  readonly #up = (): void => {
    const { id, place } = this;
    this.#hasEnded = id !== null;
    this.#let();
    if (id !== null && afterAt(this.#entries(), id, place) !== null) this.#drop(id, place);
  };

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || this.id === null) return;
    event.stopPropagation();
    this.#hasEnded = true;
    this.#let();
  };

  readonly #let = (): void => {
    cancelAnimationFrame(this.#raf);
    this.#pressed = null;
    this.id = null;
    removeEventListener("pointermove", this.#moved);
    removeEventListener("pointerup", this.#up);
    removeEventListener("pointercancel", this.#let);
    removeEventListener("keydown", this.#key, { capture: true });
  };

  #place(): void {
    if (this.#box) this.y_px = this.#pointer_px - this.#box.getBoundingClientRect().top + this.#box.scrollTop;
  }

  /** Scrolls along for as long as the row is held near an edge. */
  #scroll(): void {
    this.#raf = requestAnimationFrame(() => {
      const box = this.#box;
      if (!box || this.id === null) return;
      const { top, bottom } = box.getBoundingClientRect();
      const beyond = this.#pointer_px < top + EDGE_PX ? this.#pointer_px - top - EDGE_PX : Math.max(0, this.#pointer_px - bottom + EDGE_PX);
      if (beyond !== 0) {
        box.scrollTop += Math.max(-MOST_SCROLL_PX, Math.min(MOST_SCROLL_PX, beyond / 2));
        this.#place();
      }
      this.#scroll();
    });
  }
}
