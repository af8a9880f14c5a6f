import { page } from '../browser/page.ts';
import { authorityOf } from '../lang/authority.ts';
import { scalarText, trim } from '../lang/text.ts';
import { syntaxError } from './errors.ts';

/**
 * Scheme, authority, path, query and fragment of an absolute address. It only matches the schemes
 * that a WebSocket may have.
 */
const ABSOLUTE = /^(http|ws)(s?):[/\\]*([^/\\?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/i;
const REFERENCE = /^([^?#]*)(\?[^#]*)?(#.*)?$/;

/**
 * Serializes the constructor's argument as a `ws:` or `wss:` URL (WHATWG WebSockets, "new
 * WebSocket", steps 1 to 7). Uses the engine's own URL parser if it works, and the rules below
 * otherwise. Throws a SyntaxError.
 */
export function webSocketUrl(text: string, base: string): string {
  const url = (hasParser() ? parseNatively : resolve)(text, base);
  // A fragment is not allowed, not even an empty one.
  if (!url || !/^(http|ws)s?:[^#]*$/.test(url)) throw syntaxError('Invalid address: ' + text);
  return url.replace(/^http/, 'ws');
}

/** Host and port of a serialized URL, without the default port of either scheme. */
export function hostOf(url: string): string {
  return authorityOf(url)._host.replace(/:(80|443)$/, '');
}

/** The origin of a serialized URL (`ws://host:port`), as message events carry it. */
export function originOf(url: string): string {
  const { _scheme: scheme, _host: host } = authorityOf(url);
  return scheme + host;
}

/**
 * Whether the engine's URL parser works. Some engines had a `URL` that was not a parser (PhantomJS
 * 1.9), parsers that did not know `ws:`, or parsers that did not require a host (Safari 10).
 */
function hasParser(): boolean {
  return parseNatively('b', 'ws://A:80/c') === 'ws://a/b' && !parseNatively('ws://', 'ws://a');
}

function parseNatively(text: string, base: string): string | null {
  try {
    return new (page.URL as NonNullable<typeof page.URL>)(text, base).href;
  } catch {
    return null;
  }
}

/**
 * Resolves a reference by RFC 3986 §5.2. It also handles what browsers do besides: white space,
 * backslashes, default ports, and bytes that a URL may not contain.
 */
export function resolve(reference: string, base: string): string | null {
  let text = trim(reference).replace(/[\t\n\r]/g, '');
  if (!/^[a-z][a-z0-9+.-]*:/i.test(text)) {
    const from = ABSOLUTE.exec(base);
    const parts = REFERENCE.exec(text) as RegExpExecArray;
    if (!from) return null;
    const scheme = (from[1] as string) + from[2] + ':';
    let path = (parts[1] as string).replace(/\\/g, '/');
    if (path.slice(0, 2) === '//') return resolve(scheme + text, base);
    // A group that did not take part is undefined, but empty in JScript.
    let query = parts[2] || '';
    if (!path) {
      path = from[4] as string;
      if (!query) query = from[5] || '';
    } else if (path.charAt(0) !== '/') path = (from[4] as string).replace(/[^/]*$/, '') + path;
    if (path.charAt(0) !== '/') path = '/' + path;
    text = scheme + '//' + from[3] + path + query + (parts[3] || '');
  }
  const parts = ABSOLUTE.exec(text);
  const authority = parts && normalAuthority(parts[3] as string, parts[2] ? 443 : 80);
  if (!parts || !authority) return null;
  const path = withoutDots((parts[4] as string).replace(/\\/g, '/'));
  return (
    ((parts[1] as string) + parts[2]).toLowerCase() +
    '://' +
    authority +
    encode(path + (parts[5] || '')) +
    (parts[6] || '')
  );
}

function normalAuthority(authority: string, defaultPort: number): string | null {
  const parts = /^(.*@)?([^\s@:%<>^|`"'{}[\]]+|\[[0-9a-f:.]+\])(?::(\d*))?$/i.exec(authority);
  if (!parts || +(parts[3] || 0) > 65535) return null;
  const port = parts[3] && +parts[3] !== defaultPort ? ':' + +parts[3] : '';
  return (parts[1] || '') + (parts[2] as string).toLowerCase() + port;
}

function withoutDots(path: string): string {
  const segments = path.split('/');
  const kept: string[] = [];
  for (let at = 1; at < segments.length; at += 1) {
    const segment = segments[at] as string;
    const dots = segment.replace(/%2e/gi, '.');
    if (dots === '..') kept.pop();
    else if (dots !== '.') kept.push(segment);
    if (at === segments.length - 1 && (dots === '.' || dots === '..')) kept.push('');
  }
  return '/' + kept.join('/');
}

/**
 * Percent-encodes, as UTF-8, what a URL may not contain. Existing percent-encoding is left alone.
 */
function encode(text: string): string {
  return encodeURI(scalarText(text)).replace(/%25/g, '%');
}
