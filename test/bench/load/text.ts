/** A message of so many bytes, with nothing in it that a dialect must escape. */
export function text(size: number): string {
  return 'abcdefghij'.repeat(Math.ceil(size / 10)).slice(0, size);
}
