/** What each key does on the film's page; `keys.ts` says which key that is. */

import type { Action } from "../keys";
import { reelKeys } from "../parts/reelKeys";
import type { Film } from "../state/film.svelte";
import { route } from "../state/route.svelte";

export function filmKeys(film: Film, action: Action): boolean {
  if (action !== "open") return reelKeys(film, action);
  if (film.desk !== null) route.go(film.desk);
  return true;
}
