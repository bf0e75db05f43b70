/** Guest links, for those who make them: the list, and a new one being put together. */

import { getBoard, getGuestLinks, makeGuestLink, revokeGuestLink } from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { BoardView, CellView, GuestLinkView, RowView } from "../api/types";
import { Loading } from "./loading.svelte";

/** As the server's table of rights has it; the server decides, this only offers. */
export const mayShare = (roles: readonly string[]): boolean => roles.some((role) => role === "producer" || role === "admin");

export const LASTING: readonly { hours: number; words: string }[] = [
  { hours: 24, words: "a day" },
  { hours: 72, words: "three days" },
  { hours: 168, words: "a week" },
  { hours: 720, words: "30 days" },
];

export interface Offer {
  key: string;
  code: string;
  title: string;
  stage: string;
  task: string;
  content: string;
}

/** What of a board can be shown: every cell that has a take, by its stage's name. */
export function offersOf(board: BoardView | null): Offer[] {
  const labels = new Map((board?.stages ?? []).map((stage) => [stage.key, stage.label]));
  const offer = (row: RowView, cell: CellView): Offer[] =>
    cell.content === null
      ? []
      : [{ key: `${cell.task} ${cell.content}`, code: row.code, title: row.title, stage: labels.get(cell.stage) ?? cell.stage, task: cell.task, content: cell.content }];
  return (board?.rows ?? []).flatMap((row) => row.cells.flatMap((cell) => (cell ? offer(row, cell) : [])));
}

export class GuestLinks {
  readonly production: string;
  readonly loading = new Loading<GuestLinkView[]>();
  board = $state.raw<BoardView | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  /** Address of the link just made; it is told this once. */
  made = $state<string | null>(null);

  label = $state("");
  hours = $state(168);
  note = $state(true);
  verdict = $state(false);
  watermark = $state(true);
  passphrase = $state("");
  chosen = $state.raw<ReadonlySet<string>>(new Set());
  filter = $state("");

  links = $derived(this.loading.value ?? []);
  open = $derived(this.links.filter((one) => one.state === "open"));
  ended = $derived(this.links.filter((one) => one.state !== "open"));
  offers = $derived(offersOf(this.board));
  shown = $derived(this.offers.filter((one) => `${one.code} ${one.title} ${one.stage}`.toLowerCase().includes(this.filter.trim().toLowerCase())));

  constructor(production: string) {
    this.production = production;
  }

  async begin(): Promise<void> {
    await this.loading.ask(() => getGuestLinks(this.production));
    await this.#do(async () => {
      this.board = await getBoard(this.production);
    });
  }

  async refresh(): Promise<void> {
    await this.loading.ask(() => getGuestLinks(this.production));
  }

  choose(key: string): void {
    const chosen = new Set(this.chosen);
    if (!chosen.delete(key)) chosen.add(key);
    this.chosen = chosen;
  }

  make = (): Promise<boolean> =>
    this.#do(async () => {
      const contents = this.offers.filter((one) => this.chosen.has(one.key)).map(({ task, content }) => ({ task, content }));
      const rights = ["look", ...(this.note ? ["note"] : []), ...(this.verdict ? ["verdict"] : [])];
      const { link } = await makeGuestLink(this.production, {
        label: this.label.trim(), contents, rights, hours: this.hours, watermark: this.watermark, passphrase: this.passphrase || null,
      });
      this.made = link;
      this.label = this.passphrase = "";
      this.chosen = new Set();
      await this.refresh();
    });

  revoke = (link: string): Promise<boolean> =>
    this.#do(async () => {
      this.loading.set(await revokeGuestLink(this.production, link));
    });

  async #do(act: () => Promise<void>): Promise<boolean> {
    this.busy = true;
    this.problem = null;
    try {
      await act();
      return true;
    } catch (error) {
      this.problem = asProblem(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
