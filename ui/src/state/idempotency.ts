/** A key sent with everything that is written once: a resend of the same key changes nothing. */
export function newKey(): string {
  // randomUUID exists on https and localhost only; a studio on the house network may be neither.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
