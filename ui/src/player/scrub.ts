/** Seeking by hand on a lane: from press to release, wherever the pointer goes meanwhile. */

import { frameAtPlace } from "./strip";

/** Calls back with the frame under the pointer, of as many as the lane is long; what is returned stops listening. */
export function seekBy(lane: HTMLElement, nFrames: () => number, to: (frame: number) => void): () => void {
  let isDown = false;
  const seek = (event: PointerEvent): void => {
    const { left, width } = lane.getBoundingClientRect();
    to(frameAtPlace(event.clientX - left, width, nFrames()));
  };
  const down = (event: PointerEvent): void => {
    isDown = true;
    lane.setPointerCapture(event.pointerId);
    seek(event);
  };
  const move = (event: PointerEvent): void => {
    if (isDown) seek(event);
  };
  const up = (): void => void (isDown = false);
  const heard = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: up };
  for (const [name, hear] of Object.entries(heard)) lane.addEventListener(name, hear as EventListener);
  return () => {
    for (const [name, hear] of Object.entries(heard)) lane.removeEventListener(name, hear as EventListener);
  };
}
