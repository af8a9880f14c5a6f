import { scalarText } from '../lang/text.ts';
import { utf8Length } from '../lang/utf8.ts';
import { domError, syntaxError } from './errors.ts';

/**
 * What `close(code, reason)` sends (WHATWG WebSockets, "close(code, reason)"): the arguments are checked before the state is
 * looked at. A code of 1005 stands for a Close without a body. Throws InvalidAccessError or SyntaxError.
 */
export function closeArguments(code: unknown, reason: unknown): { code: number; reason: string } {
  const number = code === undefined ? 1005 : clamp(+(code as number));
  const text = reason === undefined ? '' : scalarText(`${reason}`);
  if (code !== undefined && number !== 1000 && !(number >= 3000 && number <= 4999))
    throw domError(
      'InvalidAccessError',
      15,
      `The close code must be 1000, or 3000 to 4999; ${number} is neither.`
    );
  if (utf8Length(text) > 123) throw syntaxError('The close reason is longer than 123 bytes of UTF-8.');
  // A reason cannot travel without a code (RFC 6455 §5.5.1).
  return { code: number === 1005 && text ? 1000 : number, reason: text };
}

/** Web IDL `[Clamp] unsigned short`: to the nearest integer, of two the even one, within the type; NaN is 0. */
function clamp(value: number): number {
  if (!(value > 0)) return 0;
  if (value > 65535) return 65535;
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2) ? below + 1 : below;
}
