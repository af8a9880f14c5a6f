import type { Duplex } from 'node:stream';
import type { Random } from '../random.ts';

/** Headers that belong to one connection (RFC 9110 §7.6.1) or to the framing of one message. */
export const HOP_BY_HOP: readonly string[] = [
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'proxy-connection',
];

/** Ends a connection in one of the two ways that networks know: FIN, or RST. */
export function end(socket: Duplex | null, random: Random): void {
  if (socket === null || socket.destroyed) return;
  if ('resetAndDestroy' in socket && random.chance(0.5))
    (socket as { resetAndDestroy(): void }).resetAndDestroy();
  else socket.destroy();
}

/** The bytes of a message head. */
export function rawHead(first: string, fields: readonly string[]): Buffer {
  return Buffer.from(`${[first, ...fields].join('\r\n')}\r\n\r\n`, 'latin1');
}

/** `Name: value` lines from raw headers, without those to strip and those of one hop. */
export function headerFields(
  raw: readonly string[],
  strip: readonly string[],
  hop: readonly string[] = HOP_BY_HOP,
): string[] {
  const fields: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase();
    if (!strip.includes(name) && !hop.includes(name)) fields.push(`${raw[i]}: ${raw[i + 1]}`);
  }
  return fields;
}
