/** Who is signed in, and the few records every page needs. */

import { beginSignIn, getMe, getReasons, SIGNED_OUT, signIn, signInByPasskey, signOut } from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { MeView, ReasonFamilyView } from "../api/types";
import { unsent } from "../drawing/unsent.svelte";
import { live } from "./live.svelte";
import { usePasskey } from "./passkeys";
import { room } from "./room.svelte";
import { route } from "./route.svelte";

class Session {
  me = $state.raw<MeView | null>(null);
  reasons = $state.raw<ReasonFamilyView[]>([]);
  problem = $state.raw<Problem | null>(null);
  #reasonsOf: string | null = null;

  async begin(): Promise<void> {
    addEventListener(SIGNED_OUT, () => this.leaveToSignIn());
    await this.ask();
  }

  async ask(): Promise<void> {
    try {
      this.me = await getMe();
      await this.#entered();
    } catch (error) {
      const problem = asProblem(error);
      if (problem.code !== "sign-in-needed") this.problem = problem;
    }
  }

  async enter(name: string, password: string): Promise<void> {
    this.me = await signIn(name, password);
    await this.#goBack();
  }

  async enterByPasskey(): Promise<void> {
    this.me = await signInByPasskey(await usePasskey((await beginSignIn()).options));
    await this.#goBack();
  }

  async #goBack(): Promise<void> {
    await this.#entered();
    const back = sessionStorage.getItem("circletake.back");
    sessionStorage.removeItem("circletake.back");
    route.go(back ?? "/", { replace: true });
  }

  /** The words for why that a production's policy has; those at hand stay where they cannot be asked for. */
  async useReasons(production: string): Promise<void> {
    if (this.#reasonsOf === production) return;
    try {
      this.reasons = await getReasons(production);
      this.#reasonsOf = production;
    } catch {
      this.#reasonsOf = null;
    }
  }

  async leave(): Promise<void> {
    room.leave();
    await signOut();
    // A new document: no picture, stream or draft of the one who leaves stays in memory.
    location.assign("/sign-in");
  }

  /** Remembers the page, so that signing in leads back to it. */
  leaveToSignIn(): void {
    if (!["sign-in", "invited", "guest"].includes(route.page.name)) {
      sessionStorage.setItem("circletake.back", location.pathname + location.search + location.hash);
      route.go("/sign-in", { replace: true });
    }
  }

  async #entered(): Promise<void> {
    this.problem = null;
    this.reasons = await getReasons();
    live.start();
    if (this.me) void unsent.begin(this.me.person.id);
    room.resume();
  }
}

export const session = new Session();
