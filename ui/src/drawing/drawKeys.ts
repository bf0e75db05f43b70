/** What each key does while somebody draws; `keys.ts` says which key that is. */

import type { Action } from "../keys";
import { type Easel, type Tool, WIDTHS } from "./drawings.svelte";
import { WHOLE } from "./ink";

const STEP = WHOLE / 200;

const TOOL = /^tool-(.+)$/;
const WAYS: Partial<Record<Action, readonly [number, number]>> = {
  "move-left": [-STEP, 0],
  "move-right": [STEP, 0],
  "move-up": [0, -STEP],
  "move-down": [0, STEP],
};

/** What is not of drawing is the page's. */
export function drawKeys(easel: Easel, action: Action, event: { key: string; shiftKey: boolean }, otherwise: () => boolean): boolean {
  const { drawings } = easel;
  const tool = TOOL.exec(action)?.[1];
  const way = WAYS[action];
  if (tool) drawings.choose(tool as Tool);
  else if (way) drawings.nudge(...way);
  else if (action === "draw") {
    if (event.key === "Escape" && drawings.selected) drawings.selected = null;
    else drawings.leave();
  } else if (action === "colour") drawings.nextColour();
  else if (action === "width") drawings.width = WIDTHS[Number(event.key) - 1]?.width ?? drawings.width;
  else if (action === "reach") drawings.nextReach(easel.playback.loop);
  else if (action === "undo") drawings.undo();
  else if (action === "redo") drawings.redo();
  else if (action === "remove") drawings.remove();
  else if (action === "note") document.querySelector<HTMLElement>("[data-note-field] input")?.focus();
  else return otherwise();
  return true;
}
