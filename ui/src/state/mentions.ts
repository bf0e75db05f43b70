/** Naming somebody in a note: `@` and the beginning of a name, completed while it is typed. */

/** The beginning of a name that stands before the caret, and where its `@` is; null where none is typed. */
export function mentionAt(text: string, caret: number): { from: number; part: string } | null {
  const from = text.lastIndexOf("@", caret - 1);
  if (from < 0 || /\w/.test(text[from - 1] ?? " ")) return null;
  const part = text.slice(from + 1, caret);
  return part.length > 80 || part.includes("\n") ? null : { from, part };
}

/** Names that begin so, in any of their words; at most eight. */
export function namesFor(names: readonly string[], part: string): string[] {
  const typed = part.toLowerCase();
  return names
    .filter((name) => {
      const lower = name.toLowerCase();
      return lower !== typed && (lower.startsWith(typed) || lower.split(/\s+/).some((word) => typed !== "" && word.startsWith(typed)));
    })
    .slice(0, 8);
}

/** The text with the name in the place of its beginning, and where the caret stands then. */
export function completed(text: string, at: { from: number; part: string }, name: string): { text: string; caret: number } {
  const before = `${text.slice(0, at.from)}@${name} `;
  return { text: before + text.slice(at.from + 1 + at.part.length).trimStart(), caret: before.length };
}
