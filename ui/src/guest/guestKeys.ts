/** What each key does on a guest's page; `keys.ts` says which key that is. */

import type { Action } from "../keys";
import type { Guest } from "../state/guest.svelte";

const DOINGS: Partial<Record<Action, (guest: Guest) => unknown>> = {
  toggle: (guest) => (guest.content?.proxy ? guest.playback.clock.toggle() : undefined),
  "step-back": ({ playback }) => playback.clock.step(-1),
  "step-on": ({ playback }) => playback.clock.step(1),
  first: ({ playback }) => playback.clock.seek(0),
  last: ({ playback }) => playback.clock.seek(playback.nFrames - 1),
  previous: (guest) => guest.go(-1),
  next: (guest) => guest.go(1),
  draw: (guest) => guest.draw(),
};

export function guestKeys(guest: Guest, action: Action): boolean {
  const doing = DOINGS[action];
  doing?.(guest);
  return doing !== undefined;
}
