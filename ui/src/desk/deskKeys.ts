/** What each key does on the desk; `keys.ts` says which key that is. */

import { type Action, KEYS } from "../keys";
import { ANSWERS, CHOICES, type Ballot } from "../state/ballot.svelte";
import type { Desk } from "../state/desk.svelte";
import { room } from "../state/room.svelte";
import { deskPath, route } from "../state/route.svelte";

type Doings = Partial<Record<Action, (desk: Desk, event: { key: string; shiftKey: boolean }) => unknown>>;

const goTo = (task: string | null | undefined): unknown => (task ? route.go(deskPath(task)) : undefined);

const DOINGS: Doings = {
  toggle: ({ moving }) => moving.clock.toggle(),
  backwards: ({ moving }) => moving.clock.shuttle(-1),
  pause: ({ moving }) => moving.clock.pause(),
  forwards: ({ moving }) => moving.clock.shuttle(1),
  "step-back": ({ moving }) => moving.clock.step(-1),
  "step-on": ({ moving }) => moving.clock.step(1),
  first: ({ moving }) => moving.clock.seek(0),
  last: ({ moving }) => moving.clock.seek(moving.nFrames - 1),
  "go-to-frame": (desk) => (desk.goingTo = !desk.context.isOn),
  context: (desk) => desk.turnContext(),
  "loop-in": ({ moving }) => moving.clock.setIn(),
  "loop-out": ({ moving }) => moving.clock.setOut(),
  "loop-off": ({ moving }) => moving.clock.clearLoop(),
  worst: (desk, event) => desk.toWorst(event.shiftKey ? -1 : 1),
  actual: ({ lens }) => lens.actual(),
  "zoom-in": ({ lens }) => lens.zoom(1.25),
  "zoom-out": ({ lens }) => lens.zoom(0.8),
  brighter: ({ lens }) => lens.expose(1),
  darker: ({ lens }) => lens.expose(-1),
  "gamma-up": ({ lens }) => lens.bend(1),
  "gamma-down": ({ lens }) => lens.bend(-1),
  channel: ({ lens }) => lens.nextChannel(),
  guides: ({ lens }) => lens.nextGuide(),
  plain: ({ lens }) => lens.reset(),
  flip: (desk) => desk.compareBy("flip"),
  wipe: (desk) => desk.compareBy("wipe"),
  difference: (desk) => desk.compareBy("difference"),
  side: (desk) => desk.compareBy("side"),
  skin: (desk) => desk.compare.lay(desk.compare.skin ?? desk.sheets[0]?.images[0]),
  "flag-wrong": (desk) => desk.callHere("wrong"),
  "flag-right": (desk) => desk.callHere("right"),
  heat: (desk) => (desk.heatShown = !desk.heatShown),
  sheet: (desk) => (desk.sheetShown = !desk.sheetShown),
  box: (desk) => desk.placeBox(),
  draw: (desk) => desk.startDrawing(),
  ghosts: ({ drawings }) => (drawings.ghostsShown = !drawings.ghostsShown),
  "next-spot": (desk) => desk.toNextSpot(),
  "take-up": (desk) => desk.lookAlong(-1),
  "take-down": (desk) => desk.lookAlong(1),
  "task-previous": (desk) => goTo(desk.task?.previous_task),
  "task-next": (desk) => goTo(desk.task?.next_task),
  digit: ({ ballot }, event) => ballot.openFamily(Number(event.key)),
  gate: ({ ballot }) => ballot.nextGate(),
  lead: () => room.state === "in" && room.me?.may_lead && room.lead(!room.leads),
  follow: () => room.follow(!room.following),
  commit: (desk) => desk.commit(),
  withdraw: (desk) => desk.withdraw(),
  "still-holds": (desk) => desk.stillHolds(),
  close: (desk) => {
    desk.context.close();
    desk.refusal = null;
    desk.ballot.clear();
  },
};

/** Keys that take the picture elsewhere: whoever presses one in a room looks around by themselves. */
const MOVES = new Set<Action>([
  ...KEYS.filter((one) => one.scope === "desk" && (one.group === "Picture" || one.group === "Takes")).map((one) => one.action),
  "worst",
]);

export function deskKeys(desk: Desk, action: Action, event: { key: string; shiftKey: boolean }): boolean {
  if (MOVES.has(action)) room.wander();
  const choice = CHOICES.find((one) => one.name === action);
  const answer = ANSWERS.find((one) => one.action === action);
  const doing = DOINGS[action];
  if (choice) desk.ballot.choose(choice.value);
  else if (answer) {
    if (!desk.ballot.answersFlags) return false;
    desk.ballot.answer = answer.answer;
  } else if (doing) void doing(desk, event);
  else return false;
  return true;
}

/** The key after a digit: its letter picks the reason, Escape lets go, any other key means itself. */
export function reasonKeys(ballot: Ballot, event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">): boolean {
  if (!ballot.family || event.ctrlKey || event.metaKey || event.altKey) return false;
  if (/^[1-9]$/.test(event.key) || event.key === "Shift") return false;
  if (event.key === "Escape") {
    ballot.family = null;
    return true;
  }
  if (/^[a-z]$/i.test(event.key)) {
    // A letter that is no reason of this family is a slip, not a verdict: the family stays open.
    ballot.letter(event.key);
    return true;
  }
  return false;
}
