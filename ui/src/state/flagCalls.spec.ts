import { describe, expect, it } from "vitest";
import type { EvidenceDetailView, FlagView, TakeView, TaskView } from "../api/types";
import { callWords, flagAt, mayCall } from "./flagCalls";

const flag = (more: Partial<FlagView> = {}): FlagView => ({
  start: 10, end: 20, label: "off_model", sentence: "", strength: 1, calls: [], mine: "", agreed: "", trust: "", quiet: false, ...more,
});
const evidence = (...flags: FlagView[]): EvidenceDetailView => ({ id: "e", flags }) as EvidenceDetailView;
const said = (name: string, call: string, note: string | null = null) => ({ seq: 1, at: "", person: { id: "p", name }, call, note });

describe("whether a flag was right", () => {
  it("is said of the flag at the playhead, of a trusted one before a quiet one", () => {
    const quiet = flag({ label: "off_line", quiet: true });
    const shown = [evidence(quiet), evidence(flag(), flag({ start: 30, end: 40 }))];
    expect(flagAt(shown, 12)?.flag.label).toBe("off_model");
    expect(flagAt([evidence(quiet)], 19)?.flag).toBe(quiet);
    expect(flagAt(shown, 20)).toBeNull();
  });

  it("is not for whoever made the take, nor for those who only visit", () => {
    const task = (roles: string[]) => ({ production: { roles } }) as unknown as TaskView;
    const take = (mine: boolean, hidden = false) => ({ mine, hidden }) as TakeView;
    expect(mayCall(task(["lead"]), take(false))).toBe(true);
    expect(mayCall(task(["lead"]), take(true))).toBe(false);
    expect(mayCall(task(["lead"]), take(false, true))).toBe(false);
    expect(mayCall(task(["client", "artist"]), take(false))).toBe(false);
    expect(mayCall(null, null)).toBe(false);
  });

  it("says who said what, and that people differ", () => {
    expect(callWords(flag())).toBe("");
    expect(callWords(flag({ calls: [said("Ana", "wrong", "a shadow")], agreed: "wrong" }))).toBe("Ana: wrong (a shadow)");
    expect(callWords(flag({ calls: [said("Ana", "wrong"), said("", "right")] }))).toBe("Ana: wrong · somebody: right · not agreed");
  });
});
