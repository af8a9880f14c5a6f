/** All code units of these ranges. */
function units(ranges: readonly (readonly [number, number])[]): number[] {
  return ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => from + at));
}

/** What a server must escape (SockJS 0.3.3, `escapable_by_server`). */
export const UNSAFE_FOR_SERVERS: readonly number[] = units([
  [0x00, 0x1f],
  [0x200c, 0x200f],
  [0x2028, 0x202f],
  [0x2060, 0x206f],
  [0xfff0, 0xffff],
]);

/**
 * What browsers change in requests, each range with the first of those that SockJS 0.3.3,
 * `escapable_by_client`, names singly: quote and backslash, controls, format characters, characters
 * that normalization changes.
 */
export const UNSAFE_FOR_CLIENTS: readonly number[] = units([
  [0x22, 0x22],
  [0x5c, 0x5c],
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x0300, 0x0387],
  [0x0591, 0x06ed],
  [0x070f, 0x07f1],
  [0x0951, 0x0f93],
  [0x17b4, 0x17b5],
  [0x1939, 0x1cdb],
  [0x1dc0, 0x1fff],
  [0x2000, 0x20ff],
  [0x2126, 0x232a],
  [0x2adc, 0x302b],
  [0xaab2, 0xaab3],
  [0xf900, 0xfb4e],
  [0xfeff, 0xfeff],
  [0xfff0, 0xffff],
]);
