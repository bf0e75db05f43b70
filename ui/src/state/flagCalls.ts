/** Whether a flag was right: which flag is meant, who may say, and what was said, in words. */

import type { EvidenceDetailView, FlagView, TakeView, TaskView } from "../api/types";

export type Call = "right" | "wrong";
const MAY: ReadonlySet<string> = new Set(["reviewer", "lead", "director", "producer", "editor"]);

export interface Meant {
  evidence: EvidenceDetailView;
  flag: FlagView;
}

/** Nobody says it of what they made; visitors do not say it at all. */
export const mayCall = (task: TaskView | null, take: TakeView | null): boolean =>
  take !== null && !take.mine && !take.hidden && (task?.production.roles.some((role) => MAY.has(role)) ?? false);

/** The flag at a frame: the first as they are listed, those that are trusted before the others. */
export function flagAt(evidence: readonly EvidenceDetailView[], frame: number): Meant | null {
  const here = evidence.flatMap((one) => one.flags.filter((flag) => frame >= flag.start && frame < flag.end).map((flag) => ({ evidence: one, flag })));
  return here.find((one) => !one.flag.quiet) ?? here[0] ?? null;
}

/** What others said, and what is agreed, in words; empty where nobody said anything. */
export function callWords(flag: FlagView): string {
  const said = flag.calls.map((one) => `${one.person.name || "somebody"}: ${one.call}${one.note ? ` (${one.note})` : ""}`);
  return [...said, ...(flag.calls.length > 1 && flag.agreed === "" ? ["not agreed"] : [])].join(" · ");
}
