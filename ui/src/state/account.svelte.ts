/** One's own account: what the page shows, and what is shown once and then never again. */

import {
  addPasskey,
  beginPasskey,
  changePassword,
  connectIdentity,
  disconnectIdentity,
  endOtherSessions,
  endSession,
  getAccount,
  getDoor,
  makeMachine,
  makeToken,
  removePasskey,
  retireMachine,
  revokeToken,
} from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { AccountView, DoorView } from "../api/types";
import { Loading } from "./loading.svelte";
import { createPasskey } from "./passkeys";

export const SCOPES: readonly { key: string; meaning: string }[] = [
  { key: "takes", meaning: "bring takes" },
  { key: "measure", meaning: "order measurements" },
  { key: "cut", meaning: "edit and render the cut" },
  { key: "deliver", meaning: "deliver what every gate lets through" },
  { key: "manage", meaning: "add shots" },
];

/** A moment as people write it: the day, and the time where it is near. */
export function momentOf(iso: string | null, now: Date = new Date()): string {
  if (!iso) return "never";
  const at = new Date(iso);
  const day = at.toISOString().slice(0, 10);
  return Math.abs(now.getTime() - at.getTime()) < 36 * 3600 * 1000 ? `${day} ${at.toISOString().slice(11, 16)}` : day;
}

export class Account {
  readonly loading = new Loading<AccountView>();
  door = $state.raw<DoorView | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  secret = $state<string | null>(null);
  said = $state("");

  view = $derived(this.loading.value);
  tokens = $derived((this.view?.tokens ?? []).filter((one) => one.state === "open"));
  ended = $derived((this.view?.tokens ?? []).length - this.tokens.length);
  machines = $derived((this.view?.machines ?? []).filter((one) => !one.retired));

  async open(): Promise<void> {
    await this.loading.ask(getAccount);
    this.door = await getDoor();
  }

  /** Does something and shows what came of it, or why nothing did; tells whether it was done. */
  async #do(act: () => Promise<AccountView>, said = ""): Promise<boolean> {
    this.busy = true;
    this.problem = null;
    this.said = "";
    try {
      this.loading.set(await act());
      this.said = said;
      return true;
    } catch (error) {
      this.problem = asProblem(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  password = (current: string, password: string): Promise<boolean> =>
    this.#do(() => changePassword(current, password), "The password is changed, and every other session has ended.");
  end = (session: string): Promise<boolean> => this.#do(() => endSession(session));
  endOthers = (): Promise<boolean> => this.#do(endOtherSessions, "Every other session has ended.");
  removePasskey = (passkey: string): Promise<boolean> => this.#do(() => removePasskey(passkey));
  revoke = (token: string): Promise<boolean> => this.#do(() => revokeToken(token));
  retire = (machine: string): Promise<boolean> => this.#do(() => retireMachine(machine));
  disconnect = (issuer: string): Promise<boolean> => this.#do(() => disconnectIdentity(issuer));

  addPasskey = (label: string): Promise<boolean> =>
    this.#do(async () => addPasskey(await createPasskey((await beginPasskey()).options), label), "The passkey is added.");

  token = (label: string, scopes: string[], days: number, machine: string): Promise<boolean> =>
    this.#do(async () => {
      this.secret = (await makeToken({ label, scopes, days, machine: machine || null })).secret;
      return getAccount();
    });

  machine = (label: string): Promise<boolean> =>
    this.#do(async () => {
      await makeMachine(label);
      return getAccount();
    });

  async connect(): Promise<void> {
    try {
      location.assign((await connectIdentity()).url);
    } catch (error) {
      this.problem = asProblem(error);
    }
  }
}
