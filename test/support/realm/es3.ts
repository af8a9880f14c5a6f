import { readFileSync } from 'node:fs';
import { type Context, createContext, runInContext } from 'node:vm';

const amputation = readFileSync(new URL('es3.js', import.meta.url), 'utf8');

/**
 * A realm with nothing in it that is newer than the 3rd edition of the language, and of a browser
 * only what it is given. Methods of `browser` are the test's own and as modern as they like.
 */
export function es3Realm(browser: Readonly<Record<string, unknown>>): Context {
  const realm = createContext({});
  runInContext(amputation, realm);
  Object.assign(realm, browser);
  runInContext('var window = this;', realm);
  return realm;
}
