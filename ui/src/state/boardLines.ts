/** What of a board is shown and in which order: pure, so that an address means the same board everywhere. */

import type { BoardView, CellView, RowView } from "../api/types";

export type Sort = "cut" | "code" | "status" | "age" | "notes";
export type Group = "none" | "sequence" | "status";

export const SORTS: readonly { key: Sort; label: string }[] = [
  { key: "cut", label: "Cut order" },
  { key: "code", label: "Code" },
  { key: "status", label: "Status" },
  { key: "age", label: "Longest untouched" },
  { key: "notes", label: "Open notes" },
];
export const GROUPS: readonly { key: Group; label: string }[] = [
  { key: "none", label: "No groups" },
  { key: "sequence", label: "Sequence" },
  { key: "status", label: "Status" },
];

/** Filters, order and groups: all that a saved view keeps. */
export interface Shown {
  text: string;
  statuses: ReadonlySet<string>;
  person: string;
  /** A slot that moved, or OTHER_CAUSE. */
  cause: string;
  notes: boolean;
  sort: Sort;
  group: Group;
}

export const OTHER_CAUSE = "other";
export const EVERYTHING: Shown = {
  text: "", statuses: new Set(), person: "", cause: "", notes: false, sort: "cut", group: "none",
};

export type Line =
  | { kind: "row"; row: RowView }
  | { kind: "group"; key: string; label: string; status: string; many: number };

/** Where a row stands: the first stage that is not through, else its last. */
export function standing(row: RowView): string {
  const cells = row.cells.filter((cell) => cell !== null);
  return (cells.find((cell) => !["circled", "omit"].includes(cell.status)) ?? cells.at(-1))?.status ?? "todo";
}

/** The sequence that a shot's code begins with: what stands before its last `_`, `-`, `.` or `/`. */
export const sequenceOf = (code: string): string => /^(.+)[_\-./][^_\-./]+$/.exec(code)?.[1] ?? "";

const asksOfCells = ({ statuses, person, cause, notes }: Shown): boolean =>
  statuses.size > 0 || person !== "" || cause !== "" || notes;

/** Whether a cell is among those asked for. */
export function fits(cell: CellView, { statuses, person, cause, notes }: Shown): boolean {
  if (statuses.size > 0 && !statuses.has(cell.status)) return false;
  if (person !== "" && !cell.people.includes(person)) return false;
  if (notes && cell.notes === 0) return false;
  if (cause === "") return true;
  return cell.status === "stale" && (cause === OTHER_CAUSE ? cell.causes.length === 0 : cell.causes.includes(cause));
}

export function filterRows(rows: readonly RowView[], shown: Shown): RowView[] {
  const words = shown.text.toLowerCase().split(/\s+/).filter(Boolean);
  const asks = asksOfCells(shown);
  return rows.filter((row) => {
    const text = `${row.code} ${row.title} ${row.kind} ${row.source_class ?? ""}`.toLowerCase();
    if (!words.every((word) => text.includes(word))) return false;
    return !asks || row.cells.some((cell) => cell !== null && fits(cell, shown));
  });
}

const CODES = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
const sum = (row: RowView, of: (cell: CellView) => number): number =>
  row.cells.reduce((total, cell) => total + (cell ? of(cell) : 0), 0);
const newest = (row: RowView): number => Math.max(0, ...row.cells.map((cell) => cell?.changed ?? 0));

export function sortRows(rows: readonly RowView[], sort: Sort, view: Pick<BoardView, "cut" | "statuses">): RowView[] {
  const by = (rank: (row: RowView) => number): RowView[] => {
    const ranks = new Map(rows.map((row) => [row, rank(row)]));
    return [...rows].sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0));
  };
  if (sort === "code") return [...rows].sort((a, b) => CODES.compare(a.code, b.code));
  if (sort === "status") {
    const order = view.statuses.map((look) => look.key);
    return by((row) => order.indexOf(standing(row)));
  }
  // what nobody ever touched comes last: it waits for nobody's answer
  if (sort === "age") return by((row) => newest(row) || Number.MAX_SAFE_INTEGER);
  if (sort === "notes") return by((row) => -sum(row, (cell) => cell.notes));
  const places = new Map(view.cut.map((code, place) => [code, place]));
  return by((row) => places.get(row.code) ?? Number.MAX_SAFE_INTEGER);
}

/** Rows in order, under a line for each group; groups stand in the order in which rows first name them. */
export function linesOf(rows: readonly RowView[], group: Group, view: Pick<BoardView, "statuses">): Line[] {
  if (group === "none") return rows.map((row) => ({ kind: "row", row }));
  const keyOf = group === "status" ? standing : (row: RowView) => (row.kind === "shot" ? sequenceOf(row.code) : row.kind);
  const byKey = new Map<string, RowView[]>();
  for (const row of rows) {
    const of = byKey.get(keyOf(row));
    if (of) of.push(row);
    else byKey.set(keyOf(row), [row]);
  }
  const groups = [...byKey];
  if (group === "status") {
    const order = view.statuses.map((look) => look.key);
    groups.sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  }
  const label = (key: string): string =>
    group === "status" ? (view.statuses.find((look) => look.key === key)?.label ?? key) : key || "In no sequence";
  return groups.flatMap(([key, of]): Line[] => [
    { kind: "group", key, label: label(key), status: group === "status" ? key : "", many: of.length },
    ...of.map((row): Line => ({ kind: "row", row })),
  ]);
}

/** What stands behind `?` in the address; nothing is written that is as it always is. */
export function queryOf(shown: Shown): string {
  const query = new URLSearchParams();
  if (shown.text.trim() !== "") query.set("q", shown.text.trim());
  if (shown.statuses.size > 0) query.set("status", [...shown.statuses].sort().join(","));
  if (shown.person !== "") query.set("person", shown.person);
  if (shown.cause !== "") query.set("cause", shown.cause);
  if (shown.notes) query.set("notes", "open");
  if (shown.sort !== "cut") query.set("sort", shown.sort);
  if (shown.group !== "none") query.set("group", shown.group);
  return query.toString();
}

/** The board an address means; what it cannot mean is left out. */
export function shownOf(search: string): Shown {
  const query = new URLSearchParams(search.replace(/^\?/, ""));
  const sort = SORTS.find((one) => one.key === query.get("sort"))?.key ?? "cut";
  const group = GROUPS.find((one) => one.key === query.get("group"))?.key ?? "none";
  return {
    text: query.get("q") ?? "",
    statuses: new Set((query.get("status") ?? "").split(",").filter(Boolean)),
    person: query.get("person") ?? "",
    cause: query.get("cause") ?? "",
    notes: query.get("notes") === "open",
    sort,
    group,
  };
}
