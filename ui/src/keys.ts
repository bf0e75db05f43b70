/** Every key of the desk, once. `?` shows this list; nothing else listens for a letter. */

export type Scope = "everywhere" | "queue" | "board" | "desk" | "draw" | "cut" | "versions" | "film" | "dailies" | "holds" | "guest";

export interface KeySpec {
  action: string;
  /**
   * `event.key` as typed; a letter matches in either case, unless `Shift+` and the letter means something of
   * its own; `Ctrl+` also means ⌘.
   */
  keys: readonly string[];
  scope: Scope;
  group: string;
  help: string;
  /** Pressed keys repeat while held. */
  repeats?: true;
}

const spec = <const A extends string>(
  action: A,
  keys: string,
  scope: Scope,
  group: string,
  help: string,
  repeats?: true,
): KeySpec & { action: A } => ({ action, keys: keys.split(" "), scope, group, help, ...(repeats ? { repeats } : {}) });

export const KEYS = [
  spec("help", "?", "everywhere", "Everywhere", "Show or close this list"),
  spec("close", "Escape", "everywhere", "Everywhere", "Close what is open; clear an unrecorded verdict"),
  spec("text", "/", "everywhere", "Everywhere", "Go to the page's text field: filter or note"),
  spec("go-queue", "0", "everywhere", "Everywhere", "Open the queue"),

  spec("next", "ArrowDown", "queue", "Queue", "Next task", true),
  spec("previous", "ArrowUp", "queue", "Queue", "Previous task", true),
  spec("open", "Enter", "queue", "Queue", "Open it on the desk"),
  spec("still-holds", "h", "queue", "Queue", "A stale one: your approvals of it still hold"),

  spec("cell-down", "ArrowDown", "board", "Board", "Cell below", true),
  spec("cell-up", "ArrowUp", "board", "Board", "Cell above", true),
  spec("cell-right", "ArrowRight", "board", "Board", "Cell to the right", true),
  spec("cell-left", "ArrowLeft", "board", "Board", "Cell to the left", true),
  spec("open", "Enter", "board", "Board", "Open the cell's task on the desk, at the gate it waits for"),
  spec("scrub-back", ",", "board", "Board", "Look through the cell's take: back", true),
  spec("scrub-on", ".", "board", "Board", "Look through the cell's take: on", true),
  spec("next-group", "g", "board", "Board", "Group otherwise: none, sequence, status"),
  spec("next-sort", "o", "board", "Board", "Order otherwise"),
  spec("open-notes", "n", "board", "Board", "Only cells with open notes; again: all"),
  spec("save-view", "k", "board", "Board", "Save this view under a name"),
  spec("next-view", "w", "board", "Board", "Your next saved view"),
  spec("show-all", "a", "board", "Board", "Take all filters away"),
  spec("still-holds", "h", "board", "Board", "A stale cell: your approvals of it still hold"),

  spec("toggle", "Space", "desk", "Picture", "Play or pause"),
  spec("backwards", "j", "desk", "Picture", "Play backwards; again: faster"),
  spec("pause", "k", "desk", "Picture", "Stop on this frame"),
  spec("forwards", "l", "desk", "Picture", "Play; again: faster"),
  spec("step-back", "ArrowLeft ,", "desk", "Picture", "One frame back", true),
  spec("step-on", "ArrowRight .", "desk", "Picture", "One frame on", true),
  spec("first", "Home", "desk", "Picture", "First frame"),
  spec("last", "End", "desk", "Picture", "Last frame"),
  spec("go-to-frame", "Ctrl+g", "desk", "Picture", "Go to a frame: type its number, +12, −12 or a timecode"),
  spec("context", "t", "desk", "Picture", "In context: between its neighbours in the cut; again: the take alone"),
  spec("loop-in", "i", "desk", "Picture", "Loop from this frame; a verdict names the range"),
  spec("loop-out", "o", "desk", "Picture", "Loop to this frame"),
  spec("loop-off", "Backspace", "desk", "Picture", "Loop the whole take again"),
  spec("worst", "n", "desk", "Evidence", "Next worst frame; Shift: the one before"),
  spec("actual", "z", "desk", "Lens", "A pixel for a pixel at the pointer; again: as before"),
  spec("zoom-in", "+ =", "desk", "Lens", "Nearer, at the pointer", true),
  spec("zoom-out", "-", "desk", "Lens", "Farther, at the pointer", true),
  spec("brighter", "Ctrl+ArrowUp", "desk", "Lens", "A quarter stop brighter", true),
  spec("darker", "Ctrl+ArrowDown", "desk", "Lens", "A quarter stop darker", true),
  spec("gamma-up", "Ctrl+ArrowRight", "desk", "Lens", "More gamma: the middle brighter", true),
  spec("gamma-down", "Ctrl+ArrowLeft", "desk", "Lens", "Less gamma: the middle darker", true),
  spec("channel", "y", "desk", "Lens", "Red, green, blue or luma alone, then colour again"),
  spec("guides", "p", "desk", "Lens", "Safe areas, then each mask, then neither"),
  spec("plain", "Delete", "desk", "Lens", "Look plainly again: fitted, no light changed, no guides"),
  spec("flip", "b", "desk", "Compare", "Flip to the other take and back; at first the take before"),
  spec("wipe", "w", "desk", "Compare", "Wipe between two takes; drag the edge"),
  spec("difference", "d", "desk", "Compare", "Difference of two takes: black where they are equal"),
  spec("side", "Shift+d", "desk", "Compare", "Side by side; Shift and a click on a take adds it, up to four"),
  spec("skin", "Shift+m", "desk", "Compare", "Lay the model sheet over the picture, as an onion skin"),
  spec("flag-wrong", "Shift+z", "desk", "Evidence", "The flag here was wrong; again: take that back"),
  spec("flag-right", "Shift+y", "desk", "Evidence", "The flag here was right; again: take that back"),
  spec("heat", "e", "desk", "Evidence", "Heat over the picture where a check looked"),
  spec("sheet", "m", "desk", "Evidence", "Pin the model sheet beside the picture"),
  spec("box", "Shift+b", "desk", "Evidence", "Draw a box around a character that was followed wrongly"),
  spec("draw", "a", "desk", "Drawing", "Draw on the picture, and note what is meant"),
  spec("ghosts", "g", "desk", "Drawing", "Ghosts: what is drawn on the frames just before and after"),
  spec("next-spot", "Shift+a", "desk", "Drawing", "Next frame that somebody noted or drew on"),
  spec("take-up", "ArrowUp", "desk", "Takes", "Take above", true),
  spec("take-down", "ArrowDown", "desk", "Takes", "Take below", true),
  spec("task-previous", "[", "desk", "Takes", "Previous task"),
  spec("task-next", "]", "desk", "Takes", "Next task"),
  spec("lead", "Shift+l", "desk", "Together", "Lead the room; again: give the lead up"),
  spec("follow", "Shift+f", "desk", "Together", "Go along with whoever leads; again: look around"),
  spec("circled", "c", "desk", "Verdict", "Circled: this one, approved at this gate"),
  spec("fine", "f", "desk", "Verdict", "Fine: would do"),
  spec("seen", "s", "desk", "Verdict", "Seen: looked at"),
  spec("concern", "r", "desk", "Verdict", "Concern: another take, please"),
  spec("veto", "v", "desk", "Verdict", "Veto: must not be used"),
  spec("digit", "1 2 3 4 5 6 7 8 9", "desk", "Verdict", "Reason: digit for the family, then its letter"),
  spec("gate", "q", "desk", "Verdict", "Judge at the next gate you may vote at"),
  spec("waive", "Shift+w", "desk", "Verdict", "Answer flags: waived, it is the intent"),
  spec("best-possible", "Shift+p", "desk", "Verdict", "Answer flags: the best possible"),
  spec("not-a-fault", "Shift+x", "desk", "Verdict", "Answer flags: not a fault"),
  spec("commit", "Enter", "desk", "Verdict", "Record the verdict and go on"),
  spec("withdraw", "Ctrl+z", "desk", "Verdict", "Withdraw your last verdict"),
  spec("still-holds", "h", "desk", "Verdict", "Stale: your approvals of it still hold"),

  spec("draw", "a Escape", "draw", "While drawing", "Back to judging; Escape lets go of what is selected first"),
  spec("tool-pen", "p", "draw", "While drawing", "Draw with the pen"),
  spec("tool-line", "l", "draw", "While drawing", "Draw a line"),
  spec("tool-arrow", "w", "draw", "While drawing", "Draw an arrow"),
  spec("tool-rect", "b", "draw", "While drawing", "Draw a box"),
  spec("tool-ellipse", "e", "draw", "While drawing", "Draw an ellipse"),
  spec("tool-text", "t", "draw", "While drawing", "Write on the picture"),
  spec("tool-select", "s", "draw", "While drawing", "Select what you drew: drag it, or move it with Shift and the arrows"),
  spec("colour", "c", "draw", "While drawing", "Next colour"),
  spec("width", "1 2 3", "draw", "While drawing", "Fine, medium, broad"),
  spec("reach", "f", "draw", "While drawing", "On this frame, the loop, or the whole take"),
  spec("undo", "u Ctrl+z", "draw", "While drawing", "Undo what you did last"),
  spec("redo", "Shift+u Ctrl+y", "draw", "While drawing", "Do it again after all"),
  spec("move-left", "Shift+ArrowLeft", "draw", "While drawing", "Move what is selected", true),
  spec("move-right", "Shift+ArrowRight", "draw", "While drawing", "The same, to the right", true),
  spec("move-up", "Shift+ArrowUp", "draw", "While drawing", "The same, up", true),
  spec("move-down", "Shift+ArrowDown", "draw", "While drawing", "The same, down", true),
  spec("remove", "Delete", "draw", "While drawing", "Delete what is selected"),
  spec("ghosts", "g", "draw", "While drawing", "Ghosts of the frames just before and after"),
  spec("next-spot", "Shift+a", "draw", "While drawing", "Next frame that somebody noted or drew on"),
  spec("note", "Enter", "draw", "While drawing", "Write a note that names what you drew"),

  spec("slot-left", "ArrowLeft", "cut", "Cut", "Slot before", true),
  spec("slot-right", "ArrowRight", "cut", "Cut", "Slot after", true),
  spec("gap-next", "g", "cut", "Cut", "Next gap"),
  spec("offer", "1 2 3 4 5 6 7 8 9", "cut", "Cut", "Fill the slot with the offered take of that number in the list"),
  spec("clear", "Delete", "cut", "Cut", "Empty the slot"),
  spec("find", "f", "cut", "Cut", "Find a take for the gap among other shots; again: close it"),
  spec("find-next", "ArrowDown", "cut", "Cut", "Next find", true),
  spec("find-before", "ArrowUp", "cut", "Cut", "Find before", true),
  spec("take-find", "t", "cut", "Cut", "Make the marked find a take of this shot"),
  spec("open", "Enter", "cut", "Cut", "Open the slot's task on the desk"),

  spec("previous", "ArrowUp", "versions", "Versions of the cut", "Newer version", true),
  spec("next", "ArrowDown", "versions", "Versions of the cut", "Older version", true),
  spec("flip", "b", "versions", "Versions of the cut", "Compare with the version before, or with the cut as it stands"),
  spec("step-on", ".", "versions", "Versions of the cut", "Next change", true),
  spec("step-back", ",", "versions", "Versions of the cut", "Change before", true),
  spec("zoom-in", "+ =", "versions", "Versions of the cut", "Nearer", true),
  spec("zoom-out", "-", "versions", "Versions of the cut", "Farther", true),

  spec("toggle", "Space", "film", "Film", "Play or pause"),
  spec("backwards", "j", "film", "Film", "Play backwards; again: faster"),
  spec("pause", "k", "film", "Film", "Stop on this frame"),
  spec("forwards", "l", "film", "Film", "Play; again: faster"),
  spec("step-back", "ArrowLeft ,", "film", "Film", "One frame back", true),
  spec("step-on", "ArrowRight .", "film", "Film", "One frame on", true),
  spec("first", "Home", "film", "Film", "First frame of the film"),
  spec("last", "End", "film", "Film", "Last frame of the film"),
  spec("previous", "[ ArrowUp", "film", "Film", "Shot before", true),
  spec("next", "] ArrowDown", "film", "Film", "Next shot", true),
  spec("open", "Enter", "film", "Film", "Open what stands here on the desk"),

  spec("first", "Home", "dailies", "Dailies", "First frame of the first entry"),
  spec("last", "End", "dailies", "Dailies", "Last frame of the last entry"),
  spec("previous", "[ ArrowUp", "dailies", "Dailies", "Entry before", true),
  spec("next", "] ArrowDown", "dailies", "Dailies", "Next entry", true),
  spec("entry-up", "Shift+ArrowUp", "dailies", "Dailies", "Move this entry up", true),
  spec("entry-down", "Shift+ArrowDown", "dailies", "Dailies", "Move this entry down", true),
  spec("add-takes", "a", "dailies", "Dailies", "Add takes; again: back to the list"),
  spec("take-in", "Shift+n", "dailies", "Dailies", "Take in the newer take that has arrived for this entry"),
  spec("remove", "Delete", "dailies", "Dailies", "Take this entry out of the playlist"),
  spec("put-back", "u", "dailies", "Dailies", "Put back what you took out last"),
  spec("start", "Shift+s", "dailies", "Dailies", "Start: write down what is watched, and play from the first entry"),
  spec("commit", "Enter", "dailies", "Dailies", "Record the verdict and go on; without one, open the entry on the desk"),

  spec("next", "ArrowDown", "holds", "Still holds", "Next stale approval", true),
  spec("previous", "ArrowUp", "holds", "Still holds", "Previous stale approval", true),
  spec("still-holds", "h", "holds", "Still holds", "It still holds: confirm it and go on"),
  spec("open", "Enter", "holds", "Still holds", "Look at it on the desk"),

  spec("toggle", "Space", "guest", "Guest", "Play or pause"),
  spec("step-back", "ArrowLeft ,", "guest", "Guest", "One frame back", true),
  spec("step-on", "ArrowRight .", "guest", "Guest", "One frame on", true),
  // 0 opens the queue everywhere else, and a guest has none.
  spec("first", "Home 0", "guest", "Guest", "First frame"),
  spec("last", "End", "guest", "Guest", "Last frame"),
  spec("previous", "ArrowUp", "guest", "Guest", "Shot before", true),
  spec("next", "ArrowDown", "guest", "Guest", "Next shot", true),
  spec("draw", "a", "guest", "Guest", "Draw on the picture, where the link lets you note"),
] as const;

export type Action = (typeof KEYS)[number]["action"];

/** What of a keyboard event matters here; a spec can make one without a browser. */
export interface Press {
  key: string;
  ctrlKey?: boolean;
  shiftKey?: boolean;
  metaKey?: boolean;
  altKey?: boolean;
  repeat?: boolean;
}

export function nameOf(press: Press): string {
  const key = press.key === " " ? "Space" : press.key.length === 1 ? press.key.toLowerCase() : press.key;
  return press.ctrlKey || press.metaKey ? `Ctrl+${key}` : key;
}

// Whoever draws still steps, plays and loops: the keys of the picture that drawing does not take.
// Dailies are played and judged with the keys of the desk.
const UNDER: Partial<Record<Scope, { scope: Scope; groups: readonly string[] }>> = {
  draw: { scope: "desk", groups: ["Picture"] },
  dailies: { scope: "desk", groups: ["Picture", "Verdict"] },
};

/** The action of a key on a page; the page's own keys come before those of everywhere. */
export function actionOf(press: Press, scope: Scope): Action | null {
  if (press.altKey) return null;
  const name = nameOf(press);
  const under = UNDER[scope];
  const of = (where: Scope, as: string, groups?: readonly string[]) =>
    KEYS.find((one) => one.scope === where && (!groups || groups.includes(one.group)) && (one.keys as readonly string[]).includes(as));
  const isShifted = (press.shiftKey ?? false) && /^([a-z]|Arrow[A-Z][a-z]+)$/.test(name);
  const own = (as: string): KeySpec | undefined => of(scope, as) ?? (under && of(under.scope, as, under.groups));
  const found: KeySpec | undefined = (isShifted ? own(`Shift+${name}`) : undefined) ?? own(name) ?? of("everywhere", name);
  if (!found || (press.repeat && !found.repeats)) return null;
  return found.action as Action;
}

const SIGNS: Record<string, string> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
};

export const keySign = (key: string): string =>
  key.startsWith("Shift+")
    ? `⇧${keySign(key.slice(6))}`
    : SIGNS[key] ?? (key.length === 1 ? key.toUpperCase() : key.replace(/\+([a-z])$/, (_, letter: string) => `+${letter.toUpperCase()}`));

/** A letter a person sees on a button. */
export function signFor(action: Action, scope: Scope): string {
  const found = KEYS.find((one) => one.action === action && one.scope === scope);
  return found ? keySign(found.keys[0] ?? "") : "";
}
