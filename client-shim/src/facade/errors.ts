import { page } from '../browser/page.ts';

/**
 * A DOMException of that name. If the engine cannot construct one, an Error with its name and
 * legacy code.
 */
export function domError(name: string, code: number, message: string): Error {
  try {
    const error = new (page.DOMException as NonNullable<typeof page.DOMException>)(message, name);
    if (error.name === name) return error;
  } catch {
    // The engine has no DOMException, or cannot construct one (IE, old WebKit).
  }
  const error = new Error(message) as Error & { code: number };
  error.name = name;
  error.code = code;
  return error;
}

export function syntaxError(message: string): Error {
  return domError('SyntaxError', 12, message);
}

/** What Web IDL throws for a wrong receiver, and for a missing argument or one of a wrong type. */
export function illegalCall(): Error {
  return new TypeError('Illegal invocation.');
}
