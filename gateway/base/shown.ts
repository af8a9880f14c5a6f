/** Characters of a client's value in a line of the log. */
const LONGEST = 200;

/** A client's value, not longer than a line bears. The log escapes what is in it. */
export function shown(value: string): string {
  return value.length <= LONGEST ? value : `${value.slice(0, LONGEST)}…`;
}
