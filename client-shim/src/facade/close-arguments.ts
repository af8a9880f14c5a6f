import { scalarText } from '../lang/text.ts';
import { utf8Length } from '../lang/utf8.ts';
import { domError, syntaxError } from './errors.ts';

/**
 * What `close(code, reason)` sends (WHATWG WebSockets, "close(code, reason)"). The arguments are
 * checked before the state. Code 1005 stands for a Close without a body. Throws InvalidAccessError
 * or SyntaxError.
 */
export function closeArguments(code: unknown, reason: unknown): { code: number; reason: string } {
  const number = code === undefined ? 1005 : clamp(+(code as number));
  const text = reason === undefined ? '' : scalarText(`${reason}`);
  if (code !== undefined && number !== 1000 && !(number >= 3000 && number <= 4999))
    throw domError('InvalidAccessError', 15, 'Invalid close code.');
  if (utf8Length(text) > 123) throw syntaxError('Close reason over 123 bytes.');
  // A reason cannot be sent without a code (RFC 6455 §5.5.1).
  return { code: number === 1005 && text ? 1000 : number, reason: text };
}

/** Web IDL `[Clamp]`: rounds to the nearest integer, halves to the even one. NaN is 0. */
function clamp(value: number): number {
  const rounded = Math.round(value) || 0;
  return rounded - value === 0.5 && rounded % 2 ? rounded - 1 : rounded;
}
