/** The text, in memory of its own, to be kept: one that was cut out of another keeps all of that (V8's sliced strings). */
export function detached(text: string): string {
  return Buffer.from(text).toString();
}
