import { page } from '../browser/page.ts';
import { syntaxError } from './errors.ts';

/**
 * Characters that are not allowed in an RFC 7230 token: separators, and those outside U+0021 to
 * U+007E. The test looks for these characters because `$` also matches before a final newline in
 * KHTML.
 */
const NO_TOKEN = /[^!#$%&'*+\-.^_`|~0-9A-Za-z]/;

type Iterate = () => { next(): { readonly done?: unknown; readonly value?: unknown } };

/**
 * Converts the constructor's second argument, as Web IDL does for a string or a sequence: each
 * object with an iterator is a sequence. What is no iterator throws a TypeError when it is called.
 */
export function protocolList(argument: unknown): string[] {
  const list: string[] = [];
  const { iterator } = page.Symbol || {};
  const iterate =
    iterator && argument && /^[of]/.test(typeof argument)
      ? (argument as Record<symbol, Iterate | null>)[iterator]
      : null;
  if (iterate !== null && iterate !== undefined) {
    const items = iterate.call(argument);
    for (let item = items.next(); !item.done; item = items.next()) list.push(`${item.value}`);
  } else if (Object.prototype.toString.call(argument) === '[object Array]')
    for (let at = 0; at < (argument as unknown[]).length; at += 1)
      list.push(`${(argument as unknown[])[at]}`);
  else if (argument !== undefined) list.push(`${argument}`);
  return list;
}

/** Throws a SyntaxError if a subprotocol is not a token or appears twice. */
export function checkProtocols(list: string[]): void {
  const seen: Record<string, boolean> = {};
  for (let at = 0; at < list.length; at += 1) {
    const protocol = list[at] as string;
    if (!protocol || NO_TOKEN.test(protocol) || seen[' ' + protocol])
      throw syntaxError('Invalid subprotocol: ' + protocol);
    seen[' ' + protocol] = true;
  }
}
