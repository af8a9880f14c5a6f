/** The bytes of a string: the low eight bits of each character. */
export function lowBytes(text: string, start: number, end: number): number[] {
  const bytes: number[] = [];
  for (let at = start; at < end; at += 1) bytes.push(text.charCodeAt(at) & 255);
  return bytes;
}
