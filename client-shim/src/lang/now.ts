/** As it is when the shim is loaded: test libraries replace it by one that stands still. */
const SystemDate = Date;

/** Milliseconds of the wall clock. `Date.now` is only in the 5th edition. */
export function now(): number {
  return new SystemDate().getTime();
}
