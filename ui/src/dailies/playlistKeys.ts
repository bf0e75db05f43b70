/** What each key does on a playlist's page; `keys.ts` says which key that is. */

import type { Action } from "../keys";
import { reelKeys } from "../parts/reelKeys";
import { ANSWERS, CHOICES } from "../state/ballot.svelte";
import type { Playlist } from "../state/playlist.svelte";
import { route } from "../state/route.svelte";

const DOINGS: Partial<Record<Action, (list: Playlist, event: { key: string }) => unknown>> = {
  "entry-up": (list) => list.moveHere(-1),
  "entry-down": (list) => list.moveHere(1),
  "add-takes": (list) => (list.panel = list.panel === "add" || !list.mayChange ? "list" : "add"),
  "take-in": (list) => list.entry && list.takeIn([list.entry]),
  remove: (list) => list.remove(),
  "put-back": (list) => list.putBack(),
  start: (list) => list.start(),
  digit: ({ judging }, event) => judging.ballot.openFamily(Number(event.key)),
  gate: ({ judging }) => judging.ballot.nextGate(),
  withdraw: ({ judging }) => judging.withdraw(),
  commit: (list) => {
    if (list.judging.ballot.value !== null) void list.judging.commit();
    else if (list.desk !== null) route.go(list.desk);
  },
  close: (list) => {
    list.panel = "list";
    list.ops.refusal = null;
    list.judging.refusal = null;
    list.judging.ballot.clear();
  },
};

export function playlistKeys(list: Playlist, action: Action, event: { key: string }): boolean {
  const { ballot } = list.judging;
  const choice = CHOICES.find((one) => one.name === action);
  const answer = ANSWERS.find((one) => one.action === action);
  if (choice) ballot.choose(choice.value);
  else if (answer) {
    if (!ballot.answersFlags) return false;
    ballot.answer = answer.answer;
  } else if (DOINGS[action]) void DOINGS[action](list, event);
  else return reelKeys(list, action);
  return true;
}
