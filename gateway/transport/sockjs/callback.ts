import { RequestError } from '../../base/errors.ts';

/** A name, or names joined by dots: nothing that could be code. */
const NAME = /^[A-Za-z_$][\w$.]{0,31}$/;

/**
 * The function that a request names in its query as `c` or `callback`. The last one counts, as the
 * page's URL may have parameters of that name. Throws a `RequestError` 400.
 */
export function callbackOf(query: string): string {
  const parameters = new URLSearchParams(query);
  const name = parameters.getAll('c').at(-1) ?? parameters.getAll('callback').at(-1) ?? '';
  if (name === '') throw new RequestError('GW_CALLBACK', '"callback" parameter required');
  if (!NAME.test(name)) throw new RequestError('GW_CALLBACK', 'invalid "callback" parameter');
  return name;
}

/** A frame as a string of a script, which may stand in a page: `<` could end the script there. */
export function scriptString(frame: string): string {
  return JSON.stringify(frame).replaceAll('<', '\\u003c');
}
