/** Milliseconds of the wall clock. `Date.now` is only in the 5th edition. */
export function now(): number {
  return new Date().getTime();
}
