import { describe, expect, it } from "vitest";
import { momentOf } from "./account.svelte";
import { bytesOf, textOf } from "./passkeys";

describe("base64url", () => {
  it.each([[[]], [[0]], [[255, 254]], [[1, 2, 3]], [[62 << 2, 63 << 2, 255, 255]]])("%j comes back", (numbers) => {
    const bytes = Uint8Array.from(numbers);
    const text = textOf(bytes.buffer);
    expect(text).not.toMatch(/[+/=]/);
    expect([...bytesOf(text)]).toEqual(numbers);
  });
});

describe("a moment", () => {
  it("has its time while it is near, and only its day later", () => {
    const now = new Date("2026-11-22T12:00:00Z");
    expect(momentOf("2026-11-22T08:05:00+00:00", now)).toBe("2026-11-22 08:05");
    expect(momentOf("2026-08-01T08:05:00+00:00", now)).toBe("2026-08-01");
    expect(momentOf(null, now)).toBe("never");
  });
});
