import { describe, expect, it } from "vitest";
import { Ballot, gateFor } from "./ballot.svelte";
import { families, flagged, gate, take, task } from "./samples";

function ballotOn(looked = take(1)): Ballot {
  const ballot = new Ballot(() => families);
  ballot.lookAt(looked);
  return ballot;
}

describe("the gate of a verdict", () => {
  it("is the first that does not pass where this person may vote", () => {
    const gates = [gate("lead", { low: null, high: null }), gate("director"), gate("client")];
    expect(gateFor(gates)?.key).toBe("director");
    expect(gateFor([gate("lead", { result: "satisfied" }), gate("director")])?.key).toBe("director");
    expect(gateFor([gate("lead", { result: "overridden" }), gate("director")])?.key).toBe("director");
  });

  it("is none for somebody without a vote", () => {
    const ballot = ballotOn(take(1, { gates: [gate("lead", { low: null, high: null })] }));
    ballot.choose(2);
    expect(ballot.gate).toBeNull();
    expect(ballot.obstacle).toContain("no vote");
    expect(ballot.ready).toBe(false);
  });

  it("can be switched, and goes round", () => {
    const ballot = ballotOn();
    ballot.nextGate();
    expect(ballot.gate?.key).toBe("director");
    ballot.nextGate();
    expect(ballot.gate?.key).toBe("lead");
  });
});

describe("a verdict being made", () => {
  it("names the exact content, gate, upstream and range it was made on", () => {
    const ballot = ballotOn();
    ballot.choose(2);
    ballot.note = "  the ears settle  ";
    const body = ballot.body(task([take(1)]), { start: 10, end: 20 });
    expect(body).toMatchObject({
      task: "t1", content: "sha1", gate: "lead", gate_hash: "hash-lead", value: 2, note: "the ears settle",
      ranges: [{ start: 10, end: 20 }], upstream: { "design/rabbit": "sheet" }, disposition: "fix", answers: [],
    });
  });

  it("says what of the take was in front of whoever gives it", () => {
    const ballot = ballotOn();
    ballot.choose(2);
    expect(ballot.body(task([]), null)).toMatchObject({ watched: [], dwell_ms: 0 });
    const seen = { spans: [{ start: 0, end: 240 }], dwell_ms: 12_000 };
    expect(ballot.body(task([]), null, seen)).toMatchObject({ watched: [{ start: 0, end: 240 }], dwell_ms: 12_000 });
  });

  it("is the same one when it is sent again, and another one on another take", () => {
    const ballot = ballotOn();
    ballot.choose(1);
    const first = ballot.body(task([]), null)?.key;
    ballot.lookAt(take(1, { state: "review" }));
    expect(ballot.body(task([]), null)?.key).toBe(first);
    ballot.lookAt(take(2));
    expect(ballot.value).toBeNull();
    ballot.choose(1);
    expect(ballot.body(task([]), null)?.key).not.toBe(first);
  });

  it("is not ready before concern and veto have a reason", () => {
    const ballot = ballotOn();
    ballot.choose(-1);
    expect(ballot.ready).toBe(false);
    expect(ballot.obstacle).toContain("needs a reason");
    ballot.openFamily(1);
    expect(ballot.letter("O")).toBe(true);
    expect(ballot.reasons).toEqual(["character.off_model"]);
    expect(ballot.ready).toBe(true);
  });

  it("takes a reason back when its keys come twice, and ignores letters that are none", () => {
    const ballot = ballotOn();
    ballot.openFamily(3);
    expect(ballot.letter("z")).toBe(false);
    expect(ballot.letter("f")).toBe(true);
    ballot.openFamily(3);
    ballot.letter("f");
    expect(ballot.reasons).toEqual([]);
    expect(ballot.openFamily(8)).toBe(false);
  });

  it("has to say what the flags are before it passes flagged evidence", () => {
    const ballot = ballotOn(take(1, { evidence: [flagged, { ...flagged, id: "ev2", flagged: false }] }));
    ballot.choose(1);
    expect(ballot.answersFlags).toBe(true);
    expect(ballot.ready).toBe(false);
    ballot.answer = "not_a_fault";
    expect(ballot.body(task([]), null)).toMatchObject({ disposition: "not_a_fault", answers: ["ev1"] });
  });

  it("answers no flags when it does not pass", () => {
    const ballot = ballotOn(take(1, { evidence: [flagged] }));
    ballot.choose(1);
    ballot.answer = "waive";
    ballot.choose(0);
    expect(ballot.body(task([]), null)).toMatchObject({ disposition: "fix", answers: [] });
  });

  it("says why one's own take cannot be circled, and still lets it be called fine", () => {
    const own = take(1, { gates: [gate("lead", { blocked: "Your own take: somebody else must circle it." })] });
    const ballot = ballotOn(own);
    ballot.choose(2);
    expect(ballot.obstacle).toBe("Your own take: somebody else must circle it.");
    ballot.choose(1);
    expect(ballot.ready).toBe(true);
  });

  it("stays within the voice a person has", () => {
    const ballot = ballotOn(take(1, { gates: [gate("director", { low: -1, high: 1 })] }));
    expect(ballot.barred(2)).toContain("from Concern to Fine");
    expect(ballot.barred(-2)).not.toBe("");
    expect(ballot.barred(1)).toBe("");
  });

  it("is taken back by the same key", () => {
    const ballot = ballotOn();
    ballot.choose(0);
    ballot.choose(0);
    expect(ballot.value).toBeNull();
    expect(ballot.touched).toBe(false);
  });
});
