import { filterHeaders, forEachHeader, plainName } from '../base/raw-headers.ts';
import type { Handshake } from './backend.ts';

type Fields = Pick<Handshake, 'headers' | 'rawHeaders' | 'vouched'>;

/**
 * The handshake with fields that the gateway itself writes: names and values in turn. Whatever the
 * client sent under one of `names` is dropped, also where no value takes its place. So is a name
 * that differs in `_` and `-` alone: CGI-like servers make the same variable of both.
 */
export function withVouched<Given extends Fields>(
  handshake: Given,
  names: readonly string[],
  fields: readonly string[],
): Given {
  if (names.length === 0) return handshake;
  const plain = new Set(names.map((name) => plainName(name.toLowerCase())));
  const isOther = (name: string): boolean => !plain.has(plainName(name));
  const kept = Object.entries(handshake.headers).filter(([name]) => isOther(name));
  const headers: Record<string, string | string[] | undefined> = Object.fromEntries(kept);
  forEachHeader(fields, (lower, value) => {
    headers[lower] = headers[lower] === undefined ? value : `${headers[lower]}, ${value}`;
  });
  return {
    ...handshake,
    headers,
    rawHeaders: [...filterHeaders(handshake.rawHeaders, isOther), ...fields],
    vouched: new Set([...(handshake.vouched ?? []), ...plain]),
  };
}
