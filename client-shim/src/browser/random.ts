import { page } from './page.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * A random string of `[A-Za-z0-9_-]`, 6 bits per letter. `Math.random` contributes in every engine,
 * because edbrowse's `getRandomValues` does nothing.
 */
export function randomId(length: number): string {
  const crypto = page.crypto;
  const letters: string[] = [];
  const random = page.Uint8Array && crypto && crypto.getRandomValues && new page.Uint8Array(length);
  if (random) (crypto as Required<typeof crypto>).getRandomValues(random);
  for (let at = 0; at < length; at += 1)
    letters.push(LETTERS.charAt(((random ? (random[at] as number) : 0) ^ (Math.random() * 64)) & 63));
  return letters.join('');
}
