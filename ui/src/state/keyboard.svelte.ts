/** Who hears the keys: the open page first, then what is everywhere. */

import { actionOf, type Action, type Scope } from "../keys";
import { route } from "./route.svelte";

type Handler = (action: Action, event: KeyboardEvent) => boolean | undefined;

const SWITCH = "circletake.single-keys";

class Keyboard {
  /** Single keys can be switched off (WCAG 2.1.4); Escape and Ctrl chords stay. */
  singleKeys = $state(true);
  helpOpen = $state(false);
  #pages: { scope: Scope; handle: Handler }[] = [];
  /** Sees a key before actions do: the second key of a reason. */
  intercept: ((event: KeyboardEvent) => boolean) | null = null;

  start(): void {
    this.singleKeys = localStorage.getItem(SWITCH) !== "off";
    addEventListener("keydown", (event) => this.#press(event));
  }

  switchSingleKeys(on: boolean): void {
    this.singleKeys = on;
    localStorage.setItem(SWITCH, on ? "on" : "off");
  }

  /** Listens until the returned function is called. */
  page(scope: Scope, handle: Handler): () => void {
    const listener = { scope, handle };
    this.#pages.push(listener);
    return () => {
      this.#pages = this.#pages.filter((one) => one !== listener);
    };
  }

  #press(event: KeyboardEvent): void {
    const target = event.target instanceof HTMLElement ? event.target : null;
    const typing = target?.matches("input:not([type=range]):not([type=checkbox]), textarea, select") ?? false;
    if (typing) {
      if (event.key === "Escape") target?.blur();
      return;
    }
    const isSingle = !event.ctrlKey && !event.metaKey && event.key.length === 1;
    if (isSingle && !this.singleKeys && event.key !== "?") return;
    if (!this.helpOpen && this.intercept?.(event)) {
      event.preventDefault();
      return;
    }
    const pressesControl = (event.key === "Enter" || event.key === " ") && (target?.matches("button, a, summary, [role=slider]") ?? false);
    if (pressesControl && !(target?.matches("[role=slider], [data-keys=page]") ?? false)) return;
    const page = this.#pages.at(-1);
    const action = actionOf(event, page?.scope ?? "everywhere");
    if (action === null) return;
    if (this.#everywhere(action) || (!this.helpOpen && page?.handle(action, event) !== false && page)) {
      event.preventDefault();
    }
  }

  #everywhere(action: Action): boolean {
    if (action === "help") this.helpOpen = !this.helpOpen;
    else if (action === "close" && this.helpOpen) this.helpOpen = false;
    else if (action === "text") document.querySelector<HTMLElement>("[data-text-field]")?.focus();
    else if (action === "go-queue") route.go("/");
    else return false;
    return true;
  }
}

export const keyboard = new Keyboard();
