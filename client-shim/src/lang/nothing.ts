/** For whoever must be given a function. */
export function nothing(): void {}
