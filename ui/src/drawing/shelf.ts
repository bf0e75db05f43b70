/** Where what a person did waits for the studio: this browser's own database, which a closed tab leaves as it is. */

import type { DrawingBody, NoteBody } from "../api/types";

interface Item {
  /** Place in the line; the database numbers them, since clocks step backwards. */
  n: number;
  /** Whose it is: sent as nobody else. */
  person: string;
  /** Why the studio will not have it, in its sentence; null while it waits. */
  refused: string | null;
}

export type Waiting = Item & ({ kind: "drawing"; body: DrawingBody } | { kind: "note"; body: NoteBody });
export type New = Waiting extends infer One ? (One extends Waiting ? Omit<One, "n"> : never) : never;

export interface Shelf {
  all(): Promise<Waiting[]>;
  add(item: New): Promise<number>;
  change(item: Waiting): Promise<void>;
  has(n: number): Promise<boolean>;
  take(n: number): Promise<void>;
}

const STORE = "waiting";

const answer = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("The browser keeps nothing."));
  });

export class BrowserShelf implements Shelf {
  readonly #name: string;
  #open: Promise<IDBDatabase> | null = null;

  constructor(name = "circletake") {
    this.#name = name;
  }

  #database(): Promise<IDBDatabase> {
    this.#open ??= (() => {
      const request = indexedDB.open(this.#name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "n", autoIncrement: true });
      return answer(request);
    })();
    return this.#open;
  }

  /** Done once the browser says that it is written, not merely asked for. */
  async #write<T>(doing: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const transaction = (await this.#database()).transaction(STORE, "readwrite", { durability: "strict" });
    const asked = answer(doing(transaction.objectStore(STORE)));
    const written = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error("The browser keeps nothing."));
    });
    const [result] = await Promise.all([asked, written]);
    return result;
  }

  async all(): Promise<Waiting[]> {
    const transaction = (await this.#database()).transaction(STORE);
    return answer(transaction.objectStore(STORE).getAll() as IDBRequest<Waiting[]>);
  }

  async add(item: New): Promise<number> {
    return Number(await this.#write((store) => store.add(item)));
  }

  async change(item: Waiting): Promise<void> {
    await this.#write((store) => store.put(item));
  }

  async has(n: number): Promise<boolean> {
    const transaction = (await this.#database()).transaction(STORE);
    return (await answer(transaction.objectStore(STORE).count(n))) > 0;
  }

  async take(n: number): Promise<void> {
    await this.#write((store) => store.delete(n));
  }
}
