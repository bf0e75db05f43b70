/** The server's problem objects (RFC 9457), and the one problem a browser has alone: no answer. */

const HEADINGS: Record<number, string> = { 403: "Not allowed", 404: "Not here", 409: "Not done", 422: "Not understood", 503: "Not now" };

export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly status: number,
    readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail || title);
  }

  /** Two words above the sentence; the server's title explains the kind of problem to whoever writes programs. */
  get heading(): string {
    return HEADINGS[this.status] ?? this.title;
  }

  /** What stands in the way, a sentence each. */
  get missing(): string[] {
    const list = this.members["missing"];
    if (!Array.isArray(list)) return [];
    return list.map((one: unknown) => (typeof one === "string" ? one : JSON.stringify(one)));
  }
}

export const unreachable = (): Problem =>
  new Problem("unreachable", "No answer", "The studio does not answer; what you wrote is kept here. Try again in a moment.", 0);

export function problemOf(body: unknown, status: number): Problem {
  const members = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const text = (name: string): string => {
    const value = members[name];
    return typeof value === "string" ? value : "";
  };
  const detail = text("detail") || `The studio answered ${String(status)} without saying why.`;
  return new Problem(text("code") || "unknown", text("title") || "Not done", detail, status, members);
}

export const asProblem = (error: unknown): Problem =>
  error instanceof Problem ? error : new Problem("bug", "The desk stumbled", String(error), 0);
