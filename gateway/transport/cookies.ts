import { pathOf } from './create.ts';

/**
 * The `Set-Cookie` fields of a backend's answer, as the answer to a `create` brings them to the browser. Where they name no path a browser takes that of the request, and
 * that is not the handshake's: `url` says it.
 */
export function cookiesFor(cookies: readonly string[], url: string): string[] {
  return cookies.map((cookie) => (namesPath(cookie) ? cookie : `${cookie}; Path=${defaultPath(url)}`));
}

/** Of several attributes of a name the last one counts, and what does not begin with a slash is no path (RFC 6265 §5.2.4, §5.3). */
function namesPath(cookie: string): boolean {
  const attributes = cookie.split(';').slice(1);
  const path = attributes.findLast((attribute) => /^\s*path\s*(?:=|$)/i.test(attribute));
  return path !== undefined && /=\s*\//.test(path);
}

/** RFC 6265 §5.1.4. What a page writes behind a semicolon may not become an attribute, such as a Domain. */
function defaultPath(url: string): string {
  const [path] = pathOf(url).split(';', 1) as [string];
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}
