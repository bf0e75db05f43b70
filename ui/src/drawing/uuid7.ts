/** Ids that sort as they were made: RFC 9562, 5.7, with a counter within a millisecond (6.2, method 1). */

let last = { at_ms: 0, count: 0 };

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");

export function uuid7(now_ms: number = Date.now()): string {
  // a clock that steps back would hand out ids from before; they go on from the last one
  const at_ms = Math.max(now_ms, last.at_ms);
  const count = at_ms === last.at_ms ? last.count + 1 : 0;
  last = count > 0xfff ? { at_ms: at_ms + 1, count: 0 } : { at_ms, count };
  const random = crypto.getRandomValues(new Uint8Array(8));
  random[0] = 0x80 | ((random[0] ?? 0) & 0x3f);
  const tail = Array.from(random, (byte) => hex(byte, 2)).join("");
  const time = hex(last.at_ms, 12);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(last.count, 3)}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}
