import { page } from '../browser/page.ts';

/**
 * A DOMException of that name, or, where none can be made, an Error with its name and legacy code.
 */
export function domError(name: string, code: number, message: string): Error {
  try {
    const error = new (page.DOMException as NonNullable<typeof page.DOMException>)(message, name);
    if (error.name === name) return error;
  } catch {
    // No DOMException, or none that can be constructed (IE, old WebKit).
  }
  const error = new Error(message) as Error & { code: number };
  error.name = name;
  error.code = code;
  return error;
}

export function syntaxError(message: string): Error {
  return domError('SyntaxError', 12, message);
}
