import { pathOf } from './create.ts';

/**
 * The `Set-Cookie` fields of a backend's answer, for the answer to a `create`. Where a cookie names
 * no path, a browser takes the request's, which is not the handshake's: so the handshake's, from
 * `url`, is added.
 */
export function cookiesFor(cookies: readonly string[], url: string): string[] {
  return cookies.map((cookie) => (namesPath(cookie) ? cookie : `${cookie}; Path=${defaultPath(url)}`));
}

/**
 * Of several attributes with one name the last counts, and what does not begin with a slash is no
 * path (RFC 6265 §5.2.4, §5.3).
 */
function namesPath(cookie: string): boolean {
  const attributes = cookie.split(';').slice(1);
  const path = attributes.findLast((attribute) => /^\s*path\s*(?:=|$)/i.test(attribute));
  return path !== undefined && /=\s*\//.test(path);
}

/**
 * RFC 6265 §5.1.4. A page may write a semicolon into its URL: what stands behind it must not become
 * an attribute of the cookie, such as a Domain.
 */
function defaultPath(url: string): string {
  const [path] = pathOf(url).split(';', 1) as [string];
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}
