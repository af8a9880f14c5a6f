import { has } from '../lang/has.ts';

/** Fields by name (PROTOCOL.md §3). */
export interface Fields {
  [name: string]: string;
}

/** Encodes fields as `application/x-www-form-urlencoded`. */
export function encodeFields(fields: Fields): string {
  const pairs: string[] = [];
  for (const name in fields)
    if (has(fields, name)) pairs.push(name + '=' + encodeURIComponent(fields[name] as string));
  return pairs.join('&');
}

/** Decodes fields. Null if the text is malformed. */
export function readFields(text: string): Fields | null {
  const fields: Fields = {};
  const pairs = text.split('&');
  try {
    for (let i = 0; i < pairs.length; i += 1) {
      const pair = (pairs[i] as string).split('=');
      fields[pair[0] as string] = decodeURIComponent((pair[1] || '').split('+').join(' '));
    }
  } catch (_) {
    return null;
  }
  return fields;
}
