/** Shots × stages: what of it is shown, the window of lines that is drawn, and the cell under the keys. */

import { SvelteSet } from "svelte/reactivity";
import { getBoard } from "../api/calls";
import type { BoardView, CellView, RowView } from "../api/types";
import { filterRows, fits, type Group, type Line, linesOf, queryOf, type Shown, type Sort, shownOf, sortRows } from "./boardLines";
import { Loading } from "./loading.svelte";

export const ROW_PX = 48;
// Rows drawn beyond either edge, so that a fast wheel meets no empty strip.
const BEYOND = 4;
// Moved farther than this between two frames, nobody can look at a picture: none is asked for.
const FAST_PX = 40;
// Farther than this nobody can read a cell: rows are their code and their colours.
const FLYING_PX = 240;
const SETTLED_MS = 90;

/** Rows `from` up to but not including `to` of `count` that have to be drawn. */
export function rowsInView(scroll_px: number, height_px: number, count: number): { from: number; to: number } {
  const from = Math.max(0, Math.floor(scroll_px / ROW_PX) - BEYOND);
  const to = Math.min(count, Math.ceil((scroll_px + height_px) / ROW_PX) + BEYOND);
  return { from: Math.min(from, Math.max(0, count - 1)), to: Math.max(0, to) };
}

/** Rows that can be in view at once. */
export const poolOf = (height_px: number): number => Math.ceil(height_px / ROW_PX) + 2 * BEYOND + 2;

/**
 * Rows to draw, each in a place of the pool that it keeps while in view; a row that leaves gives its
 * place, and what is drawn there, to one that comes. Sorted by place, so that nothing is moved about.
 */
export function placed<R>(
  rows: readonly R[],
  { from, to }: { from: number; to: number },
  pool: number,
): { row: R; index: number; place: number }[] {
  return rows
    .slice(from, to)
    .map((row, nth) => ({ row, index: from + nth, place: (from + nth) % pool }))
    .sort((a, b) => a.place - b.place);
}

export function countStatuses(rows: readonly RowView[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { cells } of rows) {
    for (const cell of cells) if (cell) counts.set(cell.status, (counts.get(cell.status) ?? 0) + 1);
  }
  return counts;
}

/** Every slot that moved under some stale cell, and whether some are stale for another cause. */
export function causesIn(rows: readonly RowView[]): { slots: string[]; others: boolean } {
  const slots = new Set<string>();
  let others = false;
  for (const { cells } of rows) {
    for (const cell of cells) {
      if (cell?.status !== "stale") continue;
      others ||= cell.causes.length === 0;
      for (const slot of cell.causes) slots.add(slot);
    }
  }
  return { slots: [...slots].sort(), others };
}

export class Board {
  readonly loading = new Loading<BoardView>();
  text = $state("");
  statuses = new SvelteSet<string>();
  person = $state("");
  cause = $state("");
  notes = $state(false);
  sort = $state<Sort>("cut");
  group = $state<Group>("none");
  scroll_px = $state(0);
  height_px = $state(800);
  /** Scrolled so fast that pictures wait until it rests. */
  fast = $state(false);
  flying = $state(false);
  at = $state.raw<{ row: number; column: number } | null>(null);
  #settling: ReturnType<typeof setTimeout> | null = null;

  view = $derived(this.loading.value);
  shown = $derived<Shown>({
    text: this.text, statuses: new Set(this.statuses), person: this.person, cause: this.cause,
    notes: this.notes, sort: this.sort, group: this.group,
  });
  query = $derived(queryOf(this.shown));
  rows = $derived(this.view ? sortRows(filterRows(this.view.rows, this.shown), this.sort, this.view) : []);
  lines = $derived<Line[]>(this.view ? linesOf(this.rows, this.group, this.view) : []);
  counts = $derived(countStatuses(this.view?.rows ?? []));
  causes = $derived(causesIn(this.view?.rows ?? []));
  inView = $derived(rowsInView(this.scroll_px, this.height_px, this.lines.length));
  drawn = $derived(placed(this.lines, this.inView, poolOf(this.height_px)));
  isFiltered = $derived(
    this.text !== "" || this.statuses.size > 0 || this.person !== "" || this.cause !== "" || this.notes,
  );

  async open(production: string): Promise<void> {
    const { cell } = this;
    if (this.view?.production.code !== production) this.at = null;
    await this.loading.ask(() => getBoard(production));
    this.#stayOn(cell);
  }

  /** Shows what an address names. */
  read(search: string): void {
    if (search.replace(/^\?/, "") === this.query) return;
    const { text, statuses, person, cause, notes, sort, group } = shownOf(search);
    this.statuses.clear();
    for (const status of statuses) this.statuses.add(status);
    Object.assign(this, { text, person, cause, notes, sort, group });
    this.at = null;
  }

  scrolled(to_px: number): void {
    const moved_px = Math.abs(to_px - this.scroll_px);
    if (moved_px > FAST_PX) {
      this.fast = true;
      this.flying = moved_px > FLYING_PX;
      if (this.#settling !== null) clearTimeout(this.#settling);
      this.#settling = setTimeout(() => Object.assign(this, { fast: false, flying: false }), SETTLED_MS);
    }
    this.scroll_px = to_px;
  }

  toggle(status: string): void {
    if (!this.statuses.delete(status)) this.statuses.add(status);
    this.at = null;
  }

  clearFilters(): void {
    Object.assign(this, { text: "", person: "", cause: "", notes: false });
    this.statuses.clear();
    this.at = null;
  }

  /** Whether a cell is one of those asked for. */
  fits = (cell: CellView): boolean => fits(cell, this.shown);

  get cell(): CellView | null {
    return this.at ? this.#cellOf(this.at.row, this.at.column) : null;
  }

  /** Moves to the next cell that exists in a direction; stages that do not apply are stepped over. */
  move(down: number, right: number): void {
    if (!this.at) {
      this.#toFirst();
      return;
    }
    let { row, column } = this.at;
    do {
      row += down;
      column += right;
    } while (this.lines[row] && column >= 0 && column < (this.view?.stages.length ?? 0) && !this.#cellOf(row, column));
    if (this.#cellOf(row, column)) this.at = { row, column };
  }

  #cellOf(line: number, column: number): CellView | null {
    const found = this.lines[line];
    return found?.kind === "row" ? (found.row.cells[column] ?? null) : null;
  }

  #toFirst(): void {
    for (let row = 0; row < this.lines.length; row++) {
      const line = this.lines[row];
      const column = line?.kind === "row" ? line.row.cells.findIndex((cell) => cell !== null) : -1;
      if (column >= 0) {
        this.at = { row, column };
        return;
      }
    }
  }

  /** Keeps the keys on the same cell where a fresh board has it elsewhere. */
  #stayOn(cell: CellView | null): void {
    if (!cell || !this.at) return;
    const row = this.lines.findIndex((line) => line.kind === "row" && line.row.cells.some((one) => one?.task === cell.task));
    this.at = row < 0 ? null : { row, column: this.at.column };
  }
}
