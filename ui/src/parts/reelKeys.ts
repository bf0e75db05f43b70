/** What each key does where parts of several takes play as one; `keys.ts` says which key that is. */

import type { Action } from "../keys";
import type { Clock } from "../player/clock";

interface Plays {
  clock: Clock;
  byPart(by: 1 | -1): void;
}

const DOINGS: Partial<Record<Action, (reel: Plays) => void>> = {
  toggle: ({ clock }) => clock.toggle(),
  backwards: ({ clock }) => clock.shuttle(-1),
  pause: ({ clock }) => clock.pause(),
  forwards: ({ clock }) => clock.shuttle(1),
  "step-back": ({ clock }) => clock.step(-1),
  "step-on": ({ clock }) => clock.step(1),
  first: ({ clock }) => clock.seek(0),
  last: ({ clock }) => clock.seek(clock.nFrames - 1),
  previous: (reel) => reel.byPart(-1),
  next: (reel) => reel.byPart(1),
};

export function reelKeys(reel: Plays, action: Action): boolean {
  DOINGS[action]?.(reel);
  return DOINGS[action] !== undefined;
}
