/** Dark or light: what this browser was told last; dark where it was told nothing. */

export type Look = "dark" | "light";

const KEPT = "circletake.look";

class Looks {
  now = $state<Look>("dark");

  start(): void {
    this.#show(localStorage.getItem(KEPT) === "light" ? "light" : "dark");
  }

  turn(): void {
    this.#show(this.now === "dark" ? "light" : "dark");
    localStorage.setItem(KEPT, this.now);
  }

  #show(look: Look): void {
    this.now = look;
    document.documentElement.dataset["look"] = look;
  }
}

export const looks = new Looks();
