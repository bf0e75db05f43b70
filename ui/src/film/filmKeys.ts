/** What each key does on the film's page; `keys.ts` says which key that is. */

import type { Action } from "../keys";
import type { Film } from "../state/film.svelte";
import { route } from "../state/route.svelte";

const DOINGS: Partial<Record<Action, (film: Film) => unknown>> = {
  toggle: ({ clock }) => clock.toggle(),
  backwards: ({ clock }) => clock.shuttle(-1),
  pause: ({ clock }) => clock.pause(),
  forwards: ({ clock }) => clock.shuttle(1),
  "step-back": ({ clock }) => clock.step(-1),
  "step-on": ({ clock }) => clock.step(1),
  first: ({ clock }) => clock.seek(0),
  last: ({ clock }) => clock.seek(clock.nFrames - 1),
  previous: (film) => film.byPart(-1),
  next: (film) => film.byPart(1),
  open: ({ desk }) => (desk === null ? undefined : route.go(desk)),
};

export function filmKeys(film: Film, action: Action): boolean {
  const doing = DOINGS[action];
  doing?.(film);
  return doing !== undefined;
}
