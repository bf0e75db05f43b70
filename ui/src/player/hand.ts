/** Wheel, drag and pinch over a picture, as zoom about a point and as moves. */

import type { Point } from "./lens";

export interface Grip {
  /** Nearer by a factor about a point, from the middle of the well. */
  zoom(by: number, at: Point): void;
  move(by: Point): void;
  /** Where the pointer is, from the middle of the well. */
  over(at: Point): void;
  /** A plain drag moves the picture: it is larger than its well, and nothing is drawn on it. */
  mayDrag(event: PointerEvent): boolean;
}

const MIDDLE = 1;
const WHEEL = 0.0015;
const LINE_PX = 16;

/**
 * Listens on the well, each of whose panes has a picture; the returned function stops.
 *
 * `takeSpace` is asked at each press whether Space is down for it, and so is no longer what plays.
 */
export function grip(well: HTMLElement, hand: Grip, takeSpace: () => boolean): () => void {
  const touches = new Map<number, Point>();
  let last: Point | null = null;
  let pane: Element = well;
  const stop = new AbortController();
  const { signal } = stop;

  const raw = (event: MouseEvent): Point => ({ x: event.clientX, y: event.clientY });
  const fromMiddle = (at: Point): Point => {
    const box = pane.getBoundingClientRect();
    return { x: at.x - box.left - box.width / 2, y: at.y - box.top - box.height / 2 };
  };
  const enter = (event: MouseEvent): void => {
    pane = (event.target instanceof Element ? event.target.closest("[data-pane]") : null) ?? well;
  };
  const spread = (): { middle: Point; apart: number } | null => {
    const [one, other] = [...touches.values()];
    if (!one || !other) return null;
    return { middle: { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 }, apart: Math.hypot(one.x - other.x, one.y - other.y) };
  };

  well.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      enter(event);
      const by_px = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * LINE_PX : event.deltaY;
      hand.zoom(Math.exp(-by_px * WHEEL), fromMiddle(raw(event)));
    },
    { passive: false, signal },
  );
  // Seen before any layer that draws: Space, the middle button and two fingers always move the picture.
  well.addEventListener(
    "pointerdown",
    (event) => {
      enter(event);
      if (event.pointerType === "touch") touches.set(event.pointerId, raw(event));
      const isOurs = event.button === MIDDLE || touches.size === 2 || takeSpace();
      if (!isOurs && !(event.button === 0 && hand.mayDrag(event))) return;
      if (isOurs) event.stopPropagation();
      if (event.button === MIDDLE) event.preventDefault(); // no scrolling by the middle button
      last = raw(event);
      well.setPointerCapture(event.pointerId);
    },
    { capture: true, signal },
  );
  well.addEventListener(
    "pointermove",
    (event) => {
      const at = raw(event);
      if (!last && touches.size < 2) {
        enter(event);
        hand.over(fromMiddle(at));
      }
      const before = spread();
      if (touches.has(event.pointerId)) touches.set(event.pointerId, at);
      const after = spread();
      if (before && after) {
        hand.move({ x: after.middle.x - before.middle.x, y: after.middle.y - before.middle.y });
        if (before.apart > 0) hand.zoom(after.apart / before.apart, fromMiddle(after.middle));
        last = null;
      } else if (last) {
        hand.move({ x: at.x - last.x, y: at.y - last.y });
        last = at;
      }
    },
    { signal },
  );
  const end = (event: PointerEvent): void => {
    touches.delete(event.pointerId);
    last = null;
  };
  well.addEventListener("pointerup", end, { signal });
  well.addEventListener("pointercancel", end, { signal });
  return () => stop.abort();
}
