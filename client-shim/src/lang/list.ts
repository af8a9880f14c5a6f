/** The position of an item, or -1. `Array.prototype.indexOf` is only in the 5th edition. */
export function indexOf<T>(list: readonly T[], item: T): number {
  for (let at = 0; at < list.length; at += 1) if (list[at] === item) return at;
  return -1;
}

/** Takes an item out of a list. Returns where it was, or -1. */
export function remove(list: unknown[], item: unknown): number {
  const at = indexOf(list, item);
  if (at >= 0) list.splice(at, 1);
  return at;
}
