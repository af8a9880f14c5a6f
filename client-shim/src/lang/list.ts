/** The position of an item, or -1. `Array.prototype.indexOf` is only in the 5th edition. */
export function indexOf<T>(list: readonly T[], item: T): number {
  for (let at = 0; at < list.length; at += 1) if (list[at] === item) return at;
  return -1;
}
