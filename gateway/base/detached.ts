/**
 * A copy of the text in its own memory. V8 keeps the whole of a text as long as a slice of it is
 * alive, so a slice that is stored has to be copied.
 */
export function detached(text: string): string {
  return Buffer.from(text).toString();
}
