/** Milliseconds of the wall clock; `Date.now` is of the 5th edition. */
export function now(): number {
  // biome-ignore lint/complexity/useDateNow: see above
  return new Date().getTime();
}
