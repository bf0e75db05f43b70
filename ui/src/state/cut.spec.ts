import { describe, expect, it } from "vitest";
import { Cut, isShort, lacks } from "./cut.svelte";
import { cut, slot } from "./samples";

const slots = [slot("sh010", 0, 100, "circled"), slot("sh020", 100, 150, "gap"), slot("sh030", 150, 200, "circled"), slot("sh040", 200, 260, "gap")];

describe("what is missing", () => {
  it("leads to the desk of the shot it names, as a whole word", () => {
    const view = cut([slot("sh01", 0, 10, "gap"), slot("sh010", 10, 20, "offered")]);
    expect(lacks(["sh010 take 3 is not circled at Director."], view)[0]?.path).toBe("/t/t_sh010");
    expect(lacks(["Slot sh01 is a gap: fill it."], view)[0]?.path).toBe("/t/t_sh01");
  });

  it("leads to the master's desk once there is a master, and nowhere before", () => {
    const sentence = "The master is not circled by the producer.";
    expect(lacks([sentence], cut(slots, { master: "sha", master_task: "t_master" }))[0]?.path).toBe("/t/t_master");
    expect(lacks([sentence], cut(slots))[0]?.path).toBeNull();
  });
});

describe("a cut", () => {
  it("walks its slots and stops at the ends", () => {
    const desk = new Cut();
    desk.loading.set(cut(slots));
    desk.select("sh010");
    desk.move(-1);
    expect(desk.slot?.id).toBe("sh010");
    desk.move(1);
    expect(desk.slot?.id).toBe("sh020");
  });

  it("goes from gap to gap, round and round", () => {
    const desk = new Cut();
    desk.loading.set(cut(slots));
    desk.select("sh020");
    desk.toGap();
    expect(desk.slot?.id).toBe("sh040");
    desk.toGap();
    expect(desk.slot?.id).toBe("sh020");
  });

  it("knows which offers cannot fill a slot", () => {
    const offer = { take: "k1", number: 1, content: "sha", state: "circled", n_frames: 49, label: "" };
    expect(isShort(offer, slots[1]!)).toBe(true);
    expect(isShort({ ...offer, n_frames: 50 }, slots[1]!)).toBe(false);
  });
});
