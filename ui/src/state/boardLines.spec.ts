import { describe, expect, it } from "vitest";
import { EVERYTHING, filterRows, linesOf, OTHER_CAUSE, queryOf, sequenceOf, shownOf, sortRows, standing } from "./boardLines";
import { board, cell, row } from "./samples";

const codes = (rows: { code: string }[]): string[] => rows.map((one) => one.code);

describe("filters", () => {
  const rows = [
    row("sh010", [cell("circled", { people: ["p1"] }), cell("review", { notes: 2 })], "The rabbit wakes"),
    row("sh020", [cell("todo"), null], "Out of the burrow"),
    row("sh030", [cell("stale", { causes: ["sheet:max"], people: ["p2"] }), cell("stale", { people: ["p1"] })]),
  ];
  const kept = (more: Partial<typeof EVERYTHING>): string[] => codes(filterRows(rows, { ...EVERYTHING, ...more }));

  it("find every word, anywhere in code or title", () => {
    expect(kept({ text: "rabbit SH0" })).toEqual(["sh010"]);
    expect(kept({})).toHaveLength(3);
  });

  it("keep a row when one of its cells is all that is asked for", () => {
    expect(kept({ statuses: new Set(["review", "hold"]) })).toEqual(["sh010"]);
    expect(kept({ person: "p1" })).toEqual(["sh010", "sh030"]);
    expect(kept({ person: "p1", statuses: new Set(["review"]) })).toEqual([]);
    expect(kept({ notes: true })).toEqual(["sh010"]);
  });

  it("tell stale cells by what moved under them", () => {
    expect(kept({ cause: "sheet:max" })).toEqual(["sh030"]);
    expect(kept({ cause: "sheet:max", person: "p1" })).toEqual([]);
    expect(kept({ cause: OTHER_CAUSE, person: "p1" })).toEqual(["sh030"]);
  });
});

describe("order", () => {
  const rows = [
    row("sh2", [cell("circled", { changed: 9, notes: 1 }), null]),
    row("sh10", [cell("todo"), null]),
    row("sh1", [cell("circled", { changed: 4 }), cell("review", { changed: 5, notes: 3 })]),
  ];
  const view = { ...board(rows), cut: ["sh10", "sh1"] };

  it.each([
    ["cut", ["sh10", "sh1", "sh2"]],
    ["code", ["sh1", "sh2", "sh10"]],
    ["status", ["sh1", "sh10", "sh2"]],
    ["age", ["sh1", "sh2", "sh10"]],
    ["notes", ["sh1", "sh2", "sh10"]],
  ] as const)("by %s", (sort, expected) => {
    expect(codes(sortRows(rows, sort, view))).toEqual(expected);
  });

  it("is of the first stage that is not through", () => {
    expect(standing(row("a", [cell("circled"), cell("review"), cell("todo")]))).toBe("review");
    expect(standing(row("a", [cell("circled"), null]))).toBe("circled");
    expect(standing(row("a", [null, null]))).toBe("todo");
  });
});

describe("groups", () => {
  it("are what a code begins with", () => {
    expect(["sq010_sh020", "e01-s02-010", "sh010", "a.b"].map(sequenceOf)).toEqual(["sq010", "e01-s02", "", "a"]);
  });

  it("have a line of their own, which says how many stand under it", () => {
    const rows = [row("a_1", [cell("todo"), null]), row("b_1", [cell("circled"), null]), row("a_2", [cell("todo"), null])];
    const told = linesOf(rows, "sequence", board(rows)).map((line) => (line.kind === "group" ? `${line.label} ${String(line.many)}` : line.row.code));
    expect(told).toEqual(["a 2", "a_1", "a_2", "b 1", "b_1"]);
    const statuses = linesOf(rows, "status", board(rows)).flatMap((line) => (line.kind === "group" ? line.label : []));
    expect(statuses).toEqual(["todo", "circled"]);
  });
});

describe("addresses of boards", () => {
  it("mean the same board when read again", () => {
    const shown = {
      text: "a b", statuses: new Set(["stale", "review"]), person: "p_1", cause: "sheet:max", notes: true,
      sort: "age", group: "sequence",
    } as const;
    expect(shownOf(`?${queryOf(shown)}`)).toEqual(shown);
    expect(queryOf(EVERYTHING)).toBe("");
  });

  it("leave out what they cannot mean", () => {
    expect(shownOf("?sort=colour&group=&notes=all")).toEqual(EVERYTHING);
  });
});
