/** Shots × stages: filters, counts, the window of rows that is drawn, and the cell under the keys. */

import { SvelteSet } from "svelte/reactivity";
import { getBoard } from "../api/calls";
import type { BoardView, CellView, RowView } from "../api/types";
import { Loading } from "./loading.svelte";

export const ROW_PX = 48;
// Rows drawn beyond either edge, so that a fast wheel meets no empty strip.
const BEYOND = 6;

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

const matches = (row: RowView, words: readonly string[]): boolean => {
  const text = `${row.code} ${row.title} ${row.kind} ${row.source_class ?? ""}`.toLowerCase();
  return words.every((word) => text.includes(word));
};

export function filterRows(rows: readonly RowView[], text: string, statuses: ReadonlySet<string>): RowView[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(
    (row) =>
      matches(row, words) && (statuses.size === 0 || row.cells.some((cell) => cell !== null && statuses.has(cell.status))),
  );
}

export function countStatuses(rows: readonly RowView[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { cells } of rows) {
    for (const cell of cells) if (cell) counts.set(cell.status, (counts.get(cell.status) ?? 0) + 1);
  }
  return counts;
}

/** Contents a row can be pictured by: that of its farthest stage first. */
export const picturesOf = (row: RowView): string[] => row.cells.flatMap((cell) => cell?.content ?? []).reverse();

export class Board {
  readonly loading = new Loading<BoardView>();
  text = $state("");
  statuses = new SvelteSet<string>();
  scroll_px = $state(0);
  height_px = $state(800);
  at = $state.raw<{ row: number; column: number } | null>(null);

  view = $derived(this.loading.value);
  rows = $derived(filterRows(this.view?.rows ?? [], this.text, this.statuses));
  counts = $derived(countStatuses(this.view?.rows ?? []));
  inView = $derived(rowsInView(this.scroll_px, this.height_px, this.rows.length));
  drawn = $derived(placed(this.rows, this.inView, poolOf(this.height_px)));

  async open(production: string): Promise<void> {
    if (this.view?.production.code !== production) this.at = null;
    await this.loading.ask(() => getBoard(production));
  }

  toggle(status: string): void {
    if (!this.statuses.delete(status)) this.statuses.add(status);
    this.at = null;
  }

  clearFilters(): void {
    this.text = "";
    this.statuses.clear();
  }

  get cell(): CellView | null {
    return this.at ? (this.rows[this.at.row]?.cells[this.at.column] ?? null) : null;
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
    } while (this.rows[row]?.cells[column] === null);
    if (this.rows[row]?.cells[column]) this.at = { row, column };
  }

  #toFirst(): void {
    const row = this.rows.findIndex(({ cells }) => cells.some((cell) => cell !== null));
    const column = this.rows[row]?.cells.findIndex((cell) => cell !== null) ?? -1;
    if (row >= 0 && column >= 0) this.at = { row, column };
  }
}
