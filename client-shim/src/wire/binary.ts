/** Octets of characters: the low eight bits of each. */
export function lowOctets(text: string, start: number, end: number): number[] {
  const octets: number[] = [];
  for (let at = start; at < end; at += 1) octets.push(text.charCodeAt(at) & 255);
  return octets;
}
