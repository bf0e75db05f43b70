/** What the keys do on the board. */

import type { HoldsNotice } from "../state/holds.svelte";
import type { Action } from "../keys";
import type { Board } from "../state/board.svelte";
import { GROUPS, SORTS } from "../state/boardLines";
import { boardPath, deskAt, route } from "../state/route.svelte";
import type { Views } from "../state/views.svelte";

const MOVES: Partial<Record<Action, [number, number]>> = {
  "cell-down": [1, 0], "cell-up": [-1, 0], "cell-right": [0, 1], "cell-left": [0, -1],
};

export interface Hands {
  board: Board;
  views: Views;
  notice: HoldsNotice;
  production: string;
  /** Brings the cell under the keys into view. */
  follow: () => void;
  /** Looks through the take of the cell under the keys. */
  scrub: (by: 1 | -1) => void;
  nameView: () => void;
}

const next = <T extends { key: unknown }>(all: readonly T[], key: T["key"]): T["key"] =>
  all[(all.findIndex((one) => one.key === key) + 1) % all.length]?.key ?? key;

export function boardKeys(hands: Hands, action: Action): boolean {
  const { board, views } = hands;
  const move = MOVES[action];
  if (move) {
    board.move(...move);
    hands.follow();
  } else if (action === "open" && board.cell) route.go(deskAt(board.cell.task, board.cell.number, board.cell.waits_for));
  else if (action === "still-holds" && board.cell?.status === "stale") hands.notice.confirm(hands.production, board.cell.task);
  else if (action === "scrub-on") hands.scrub(1);
  else if (action === "scrub-back") hands.scrub(-1);
  else if (action === "next-group") board.group = next(GROUPS, board.group) as Board["group"];
  else if (action === "next-sort") board.sort = next(SORTS, board.sort) as Board["sort"];
  else if (action === "open-notes") board.notes = !board.notes;
  else if (action === "show-all") board.clearFilters();
  else if (action === "save-view" && board.query !== "") hands.nameView();
  else if (action === "next-view" && views.all.length > 0) {
    const at = views.all.findIndex((one) => one.query === board.query);
    const query = views.all[(at + 1) % views.all.length]?.query ?? "";
    route.go(boardPath(hands.production) + (query ? `?${query}` : ""));
  } else return false;
  return true;
}
