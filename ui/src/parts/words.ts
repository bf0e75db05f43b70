/** Numbers and dates as a person reads them. */

export const count = (many: number, one: string, more = `${one}s`): string =>
  `${many.toLocaleString("en")} ${many === 1 ? one : more}`;

export const rateWords = (rate: readonly number[]): string => {
  const [num = 24, den = 1] = rate;
  return den === 1 ? String(num) : (num / den).toFixed(3).replace(/0+$/, "");
};

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

export function when(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : DAY.format(date);
}

/** Enough of a hash to tell two apart by eye. */
export const shortHash = (hash: string): string => hash.slice(0, 12);

/** Someone whose name was erased still has a pseudonym. */
export const nameOf = (person: { id: string; name: string }): string => person.name || person.id;

export const spanWords = (start: number, end: number): string =>
  end - start === 1 ? `frame ${String(start)}` : `frames ${String(start)}–${String(end - 1)}`;
