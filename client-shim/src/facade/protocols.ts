import { syntaxError } from './errors.ts';

/**
 * Characters that are not allowed in an RFC 7230 token: separators, and those outside U+0021 to
 * U+007E. The test looks for these characters because `$` also matches before a final newline in
 * KHTML.
 */
const NO_TOKEN = /[^!#$%&'*+\-.^_`|~0-9A-Za-z]/;

/**
 * The constructor's second argument as a list. Throws a SyntaxError if an item is not a token or
 * appears twice.
 */
export function protocolList(argument: unknown): string[] {
  if (argument === undefined) return [];
  const given =
    Object.prototype.toString.call(argument) === '[object Array]' ? (argument as unknown[]) : [argument];
  const list: string[] = [];
  const seen: Record<string, boolean> = {};
  for (let at = 0; at < given.length; at += 1) {
    const protocol = `${given[at]}`;
    const key = ' ' + protocol.toLowerCase();
    if (!protocol || NO_TOKEN.test(protocol) || seen[key])
      throw syntaxError('Invalid subprotocol: ' + protocol);
    seen[key] = true;
    list.push(protocol);
  }
  return list;
}
