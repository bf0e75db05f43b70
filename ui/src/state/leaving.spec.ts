import { afterEach, describe, expect, it, vi } from "vitest";
import * as calls from "../api/calls";
import type { DeliveryCheckView, DisclosureView } from "../api/types";
import { Leaving, look, sheetPath } from "./leaving.svelte";

/** An answer that comes when it is told to. */
function later<T>(): { promise: Promise<T>; resolve: (answer: T) => void } {
  let resolve!: (answer: T) => void;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}

const sheet = (frames: number): DisclosureView => ({ frames, seconds: "1.000", term: "", shares: [], slots: [] });
const checked = (seq: number): DeliveryCheckView => ({ seq, answer: "intact", sentence: "Intact.", approvals: 3, lines: [] });

afterEach(() => vi.restoreAllMocks());

describe("what leaves", () => {
  it("has its sheets where the server hands them out, of the cut or of a seal", () => {
    expect(sheetPath("lord-queso", "pdf")).toBe("/api/productions/lord-queso/disclosure.pdf");
    expect(sheetPath("a b", "csv", 77)).toBe("/api/productions/a%20b/disclosure.csv?seal=77");
  });

  it("shows only what holds as a ring", () => {
    expect(["intact", "altered", "container", "stripped", "unproven"].map((one) => look(one).shape)).toEqual(["ring", "cross", "dot", "dot", "dot"]);
  });

  it("never lets a late answer stand over a newer one", async () => {
    const slow = later<DisclosureView>();
    vi.spyOn(calls, "getDisclosure").mockReturnValueOnce(slow.promise).mockResolvedValueOnce(sheet(2));
    const leaving = new Leaving();
    const first = leaving.open("one");
    await leaving.open("two");
    slow.resolve(sheet(1));
    await first;
    expect(leaving.disclosure?.frames).toBe(2);
  });

  it("checks one delivery at a time and keeps what each said", async () => {
    const slow = later<DeliveryCheckView>();
    const asked = vi.spyOn(calls, "checkDelivery").mockReturnValueOnce(slow.promise).mockResolvedValueOnce(checked(9));
    const leaving = new Leaving();
    const first = leaving.check("one", 7);
    await leaving.check("one", 9);
    expect(asked).toHaveBeenCalledTimes(1);
    slow.resolve(checked(7));
    await first;
    await leaving.check("one", 9);
    expect([...leaving.checks.keys()]).toEqual([7, 9]);
    expect(leaving.checking).toBeNull();
  });

  it("says why it could not be checked, until it can", async () => {
    vi.spyOn(calls, "checkDelivery").mockRejectedValueOnce(new TypeError("away")).mockResolvedValueOnce(checked(7));
    const leaving = new Leaving();
    await leaving.check("one", 7);
    expect(leaving.problems.has(7)).toBe(true);
    await leaving.check("one", 7);
    expect(leaving.problems.has(7)).toBe(false);
  });
});
