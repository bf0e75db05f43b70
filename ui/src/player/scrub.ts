/** Seeking by hand on a lane: from press to release, wherever the pointer goes meanwhile. */

/** Calls back with 0 to below 1 along the lane; what is returned stops listening. */
export function seekBy(lane: HTMLElement, to: (part: number) => void): () => void {
  let isDown = false;
  const seek = (event: PointerEvent): void => {
    const { left, width } = lane.getBoundingClientRect();
    to(Math.min(0.999_999, Math.max(0, (event.clientX - left) / width)));
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
