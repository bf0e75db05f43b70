/** Which page is open. Addresses are the server's; any of them can be sent to a colleague. */

export type Page =
  | { name: "queue" }
  | { name: "sign-in" }
  | { name: "account" }
  | { name: "self-test" }
  | { name: "invited"; token: string }
  | { name: "guest"; token: string }
  | { name: "guests"; production: string }
  | { name: "board"; production: string }
  | { name: "cut"; production: string }
  | { name: "versions"; production: string }
  | { name: "film"; production: string }
  | { name: "dailies"; production: string }
  | { name: "playlist"; production: string; playlist: string }
  | { name: "holds"; production: string }
  | { name: "room"; production: string; room: string }
  | { name: "character"; production: string; character: string }
  | { name: "shot"; production: string; shot: string }
  | { name: "desk"; task: string }
  | { name: "nowhere"; path: string };

export function pageOf(path: string): Page {
  const parts = path.split("/").filter(Boolean).map(decodeURIComponent);
  const [first, second, third, fourth] = parts;
  if (parts.length === 0) return { name: "queue" };
  if (first === "sign-in" && parts.length === 1) return { name: "sign-in" };
  if (first === "self-test" && parts.length === 1) return { name: "self-test" };
  if (first === "account" && parts.length === 1) return { name: "account" };
  if (first === "invite" && second !== undefined && parts.length === 2) return { name: "invited", token: second };
  if (first === "g" && second !== undefined && parts.length === 2) return { name: "guest", token: second };
  if (first === "t" && second !== undefined && parts.length === 2) return { name: "desk", task: second };
  if (first === "p" && second !== undefined) {
    if (parts.length === 2) return { name: "board", production: second };
    if (parts.length === 3 && third === "guests") return { name: "guests", production: second };
    if (parts.length === 3 && third === "cut") return { name: "cut", production: second };
    if (parts.length === 4 && third === "cut" && fourth === "versions") return { name: "versions", production: second };
    if (parts.length === 3 && third === "film") return { name: "film", production: second };
    if (parts.length === 3 && third === "dailies") return { name: "dailies", production: second };
    if (parts.length === 4 && third === "dailies" && fourth !== undefined) return { name: "playlist", production: second, playlist: fourth };
    if (parts.length === 3 && third === "still-holds") return { name: "holds", production: second };
    if (parts.length === 4 && third === "together" && fourth !== undefined) return { name: "room", production: second, room: fourth };
    if (parts.length === 4 && third === "shots" && fourth !== undefined) return { name: "shot", production: second, shot: fourth };
    if (parts.length === 4 && third === "characters" && fourth !== undefined) return { name: "character", production: second, character: fourth };
  }
  return { name: "nowhere", path };
}

export const boardPath = (production: string): string => `/p/${encodeURIComponent(production)}`;
export const cutPath = (production: string): string => `${boardPath(production)}/cut`;
export const versionsPath = (production: string): string => `${cutPath(production)}/versions`;
export const filmPath = (production: string): string => `${boardPath(production)}/film`;
export const dailiesPath = (production: string): string => `${boardPath(production)}/dailies`;
export const playlistPath = (production: string, playlist: string): string => `${dailiesPath(production)}/${encodeURIComponent(playlist)}`;
export const guestsPath = (production: string): string => `${boardPath(production)}/guests`;
export const holdsPath = (production: string): string => `${boardPath(production)}/still-holds`;
export const characterPath = (production: string, character: string): string =>
  `${boardPath(production)}/characters/${encodeURIComponent(character)}`;
/** The page of a shot, or of anything else that takes are made for. */
export const shotPath = (production: string, code: string): string => `${boardPath(production)}/shots/${encodeURIComponent(code)}`;
export const roomPath = (production: string, room: string): string => `${boardPath(production)}/together/${encodeURIComponent(room)}`;
export const deskPath = (task: string): string => `/t/${encodeURIComponent(task)}`;

/** A task's desk at one take, with the gate that it waits for picked out. */
export function deskAt(task: string, take: number, gate: string): string {
  const named = new URLSearchParams();
  if (take > 0) named.set("take", String(take));
  if (gate !== "") named.set("gate", gate);
  const hash = named.toString();
  return deskPath(task) + (hash ? `#${hash}` : "");
}

export interface Place {
  frame: number | null;
  take: number | null;
  gate: string | null;
}

/** The frame, take and gate an address names: `#f=1043&take=3&gate=lead`. */
export function placeOf(hash: string): Place {
  const named = new URLSearchParams(hash.replace(/^#/, ""));
  const whole = (name: string): number | null => {
    const value = named.get(name);
    return value !== null && /^\d+$/.test(value) ? Number(value) : null;
  };
  return { frame: whole("f"), take: whole("take"), gate: named.get("gate") };
}

export function hashOf(frame: number, take: number | null, gate: string | null = null): string {
  const named = new URLSearchParams({ f: String(frame) });
  if (take !== null) named.set("take", String(take));
  if (gate !== null) named.set("gate", gate);
  return `#${named.toString()}`;
}

// The server's own addresses; everything else on this origin is a page of the desk.
const SERVERS = /^\/(api|media|link|oidc|problems|assets)(\/|$)/;

class Route {
  page = $state.raw<Page>({ name: "queue" });
  /** What stands behind the path: `?q=rabbit`, or nothing. */
  search = $state("");

  start(): void {
    this.#read();
    addEventListener("popstate", () => this.#read());
    document.addEventListener("click", (event) => this.#follow(event));
  }

  go(path: string, { replace = false } = {}): void {
    if (replace) history.replaceState(null, "", path);
    else history.pushState(null, "", path);
    this.#read();
  }

  /** Notes filters in the address without a new entry in the browser's history. */
  noteSearch(query: string): void {
    const search = query ? `?${query}` : "";
    if (location.search === search) return;
    history.replaceState(null, "", location.pathname + search + location.hash);
    this.search = search;
  }

  #read(): void {
    this.page = pageOf(location.pathname);
    this.search = location.search;
  }

  /** Notes the place in the address without a new entry in the browser's history. */
  note(hash: string): void {
    if (location.hash !== hash) history.replaceState(null, "", location.pathname + location.search + hash);
  }

  #follow(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target instanceof Element ? event.target : null)?.closest("a");
    if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (SERVERS.test(link.pathname)) return;
    event.preventDefault();
    this.go(link.pathname + link.search + link.hash);
  }
}

export const route = new Route();
