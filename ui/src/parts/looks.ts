/** How a take, a slot and a verdict look: in the shapes and colours of the nine statuses. */

export interface Look {
  shape: string;
  colour: string;
  label: string;
}

/** The nine as the board sends them; the desk and the cut draw the same before a board was read. */
export const STATUS_LOOKS: Record<string, Look> = {
  todo: { shape: "hollow", colour: "#9a9a9a", label: "todo" },
  making: { shape: "half", colour: "#4da3ff", label: "making" },
  review: { shape: "dot", colour: "#b48cff", label: "review" },
  retake: { shape: "arrow", colour: "#f2a900", label: "retake" },
  no_good: { shape: "cross", colour: "#ff5c5c", label: "no good" },
  circled: { shape: "ring", colour: "#35c46a", label: "circled" },
  stale: { shape: "broken_ring", colour: "#35c46a", label: "stale" },
  hold: { shape: "bar", colour: "#b07d4f", label: "hold" },
  omit: { shape: "slash", colour: "#9a9a9a", label: "omit" },
};

const UNKNOWN: Look = { shape: "unknown", colour: "#9a9a9a", label: "unknown" };
const lookOf = (status: string): Look => STATUS_LOOKS[status] ?? UNKNOWN;

const OF_TAKE: Record<string, string> = { circled: "circled", stale: "stale", vetoed: "no_good", concern: "retake", review: "review" };
const OF_SLOT: Record<string, string> = { offered: "review", circled: "circled", stale: "stale" };

export const statusLook = (status: string): Look => lookOf(status);

export const takeLook = (state: string): Look => ({ ...lookOf(OF_TAKE[state] ?? state), label: state });

export const slotLook = (state: string): Look =>
  state === "gap"
    ? { shape: "gap", colour: "#9a9a9a", label: "gap" }
    : { ...lookOf(OF_SLOT[state] ?? state), label: state === "offered" ? "not circled yet" : state };

export const VALUE_LOOKS: Record<number, Look> = {
  [2]: { shape: "ring", colour: "#35c46a", label: "circled" },
  [1]: { shape: "dot", colour: "#9ed8b3", label: "fine" },
  [0]: { shape: "hollow", colour: "#d6d6d6", label: "seen" },
  [-1]: { shape: "arrow", colour: "#f2a900", label: "concern" },
  [-2]: { shape: "cross", colour: "#ff5c5c", label: "veto" },
};

export const valueLook = (value: number): Look => VALUE_LOOKS[value] ?? UNKNOWN;
