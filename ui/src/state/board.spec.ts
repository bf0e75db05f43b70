import { describe, expect, it } from "vitest";
import { Board, causesIn, countStatuses, placed, poolOf, ROW_PX, rowsInView } from "./board.svelte";
import { board, cell, row } from "./samples";

describe("the window of rows", () => {
  it("draws a screenful of 2,500 rows, wherever it stands", () => {
    for (const scroll_px of [0, 5_000, 60_000, 2_500 * ROW_PX - 800]) {
      const { from, to } = rowsInView(scroll_px, 800, 2_500);
      expect(from * ROW_PX).toBeLessThanOrEqual(scroll_px);
      expect(to * ROW_PX).toBeGreaterThanOrEqual(Math.min(scroll_px + 800, 2_500 * ROW_PX));
      expect(to - from).toBeLessThanOrEqual(800 / ROW_PX + 14);
    }
  });

  it("is empty when there is nothing, and stays within a list that a filter made short", () => {
    expect(rowsInView(0, 800, 0)).toEqual({ from: 0, to: 0 });
    const { from, to } = rowsInView(60_000, 800, 3);
    expect([from, to]).toEqual([2, 3]);
  });
});

describe("the places rows are drawn in", () => {
  const rows = Array.from({ length: 2_500 }, (_, index) => index);
  const pool = poolOf(800);

  it("are never shared by two rows in view", () => {
    for (let scroll_px = 0; scroll_px < 2_500 * ROW_PX; scroll_px += 331) {
      const drawn = placed(rows, rowsInView(scroll_px, 800, rows.length), pool);
      expect(new Set(drawn.map((one) => one.place)).size).toBe(drawn.length);
    }
  });

  it("stay with a row while it is in view", () => {
    const before = placed(rows, { from: 100, to: 128 }, pool).find((one) => one.row === 120);
    const after = placed(rows, { from: 110, to: 138 }, pool).find((one) => one.row === 120);
    expect(after?.place).toBe(before?.place);
    expect(after?.index).toBe(120);
  });
});

describe("the board", () => {
  it("steps over stages that do not apply and stays at the edge", () => {
    const desk = new Board();
    desk.loading.set(board([row("a", [cell("todo"), cell("todo")]), row("b", [cell("todo"), null]), row("c", [cell("todo"), cell("todo")])]));
    desk.move(1, 0);
    expect(desk.at).toEqual({ row: 0, column: 0 });
    desk.move(0, 1);
    desk.move(1, 0);
    expect(desk.at).toEqual({ row: 2, column: 1 });
    desk.move(1, 0);
    expect(desk.at).toEqual({ row: 2, column: 1 });
    expect(desk.cell?.status).toBe("todo");
  });

  it("forgets its cell when a status is switched, and switches it back", () => {
    const desk = new Board();
    desk.loading.set(board([row("a", [cell("todo"), null]), row("b", [cell("circled"), null])]));
    desk.move(1, 0);
    desk.toggle("circled");
    expect(desk.at).toBeNull();
    expect(desk.rows.map((one) => one.code)).toEqual(["b"]);
    desk.toggle("circled");
    expect(desk.rows).toHaveLength(2);
  });

  it("counts cells, not rows, and names what moved", () => {
    const rows = [
      row("sh010", [cell("circled"), cell("stale", { causes: ["sheet:max"] })]),
      row("sh020", [cell("stale"), null]),
    ];
    expect([...countStatuses(rows)]).toEqual([["circled", 1], ["stale", 2]]);
    expect(causesIn(rows)).toEqual({ slots: ["sheet:max"], others: true });
  });

  it("steps over the line of a group", () => {
    const desk = new Board();
    desk.loading.set(board([row("a_1", [cell("todo"), null]), row("b_1", [cell("todo"), null])]));
    desk.group = "sequence";
    desk.move(1, 0);
    expect(desk.at).toEqual({ row: 1, column: 0 });
    desk.move(1, 0);
    expect(desk.at).toEqual({ row: 3, column: 0 });
    desk.move(1, 0);
    expect(desk.at).toEqual({ row: 3, column: 0 });
  });

  it("is what its address says, and says so in its address", () => {
    const desk = new Board();
    desk.read("?q=rabbit&status=stale,review&group=status");
    expect([desk.text, [...desk.statuses].sort(), desk.group]).toEqual(["rabbit", ["review", "stale"], "status"]);
    expect(desk.query).toBe("q=rabbit&status=review%2Cstale&group=status");
    desk.clearFilters();
    expect(desk.query).toBe("group=status");
  });
});
