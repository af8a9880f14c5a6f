import { z } from 'zod';
import { plainHost } from './addresses.ts';
import { auth } from './auth.ts';
import { backend } from './backends.ts';
import { destinationPattern } from './destinations.ts';
import { isFieldName } from './field-names.ts';
import { pathAdvice } from './route-advice.ts';
import { advised, count, duration, oneOrMore, size, text, value } from './units.ts';

const allowedPath = 'must be a path like /chat or /, without query, empty or dot segments, or _fallback';

/** One entry of `routes`: a table of settings, or `PATH=BACKEND` as in `--route`. */
export function route() {
  return z.preprocess(splitShortForm, settings) as z.ZodType<
    z.output<typeof settings>,
    z.input<typeof settings> | string
  >;
}

/** The path of a route. */
export const routePath: z.ZodType<string, string> = path();

const stomp = z.strictObject({
  virtualHost: text('must be the name of a virtual host').optional(),
  login: text('must be text').optional(),
  passcode: text('must be text').optional(),
  subscribe: oneOrMore(destinationPattern()).optional(),
  send: oneOrMore(destinationPattern()).optional(),
  heartbeat: duration({ min: '1s', max: '10m', off: true }).optional(),
  connectTimeout: duration({ max: '10m' }).optional(),
  chunkSize: size({ min: '1KiB', max: '1GiB' }).optional(),
});

const settings = z.strictObject({
  path: routePath,
  backend: backend(),
  host: hostValue().optional(),
  stomp: stomp.optional(),
  ca: text('must be the name of a file').optional(),
  cert: text('must be the name of a file').optional(),
  key: text('must be the name of a file').optional(),
  auth: auth().optional(),
  headers: z.record(z.string(), text('must be text')).transform(checkHeaders).optional(),
  ping: duration({ min: '1s', max: '1h', off: true }).optional(),
  clientPing: duration({ min: '1s', max: '1h', off: true }).optional(),
  maxMessage: size({ min: '1KiB', max: '1GiB' }).optional(),
  maxSessions: count(1, 10_000_000).optional(),
});

/** Names of the settings, for suggestions. */
export const routeKeys: readonly string[] = Object.keys(settings.shape);
export const stompRouteKeys: readonly string[] = Object.keys(stomp.shape);

/** The first `=` ends the path. A path that contains one has to be written in the table form. */
function splitShortForm(given: unknown): unknown {
  if (typeof given !== 'string') return given;
  const equals = given.indexOf('=');
  return equals < 0
    ? given
    : { path: given.slice(0, equals).trim(), backend: given.slice(equals + 1).trim() };
}

/**
 * Characters of RFC 3986 §3.3. Clients resolve dot segments before they send a path, and
 * `_fallback` is the gateway's (PROTOCOL.md §1).
 */
const pathCharacters = /^(?:\/[\w.~!$&'()*+,;=:@%-]+)*$/;

/** Paths that the gateway serves itself: a route would hide them. */
const ownPaths = /^\/(?:shim(?:\/|$)|healthz\/?$)/;

function path(): z.ZodType<string, string> {
  return value(
    allowedPath,
    (given) => (typeof given === 'string' && !ownPaths.test(given) ? plainPath(given) : undefined),
    (given) =>
      ownPaths.test(String(given))
        ? 'must not be /healthz, /shim or below it: the gateway has its own there'
        : advised(allowedPath, pathAdvice)(given),
  );
}

/** A `Host` field. */
export function hostValue(): z.ZodType<string, string> {
  return value('must be a Host value like app.internal:9001', (given) => {
    const [, host = ''] = /^(.+?)(?::\d{1,5})?$/.exec(String(given)) ?? [];
    return plainHost(host) === undefined ? undefined : String(given);
  });
}

/** The path without its trailing slash, as route tables have it. */
function plainPath(given: string): string | undefined {
  if (!given.startsWith('/')) return undefined;
  const trimmed = given.replace(/\/$/, '');
  // A star at the end is a habit from other programs. Here it would stand for itself.
  if (!pathCharacters.test(trimmed) || trimmed.endsWith('*')) return undefined;
  return /\/(?:\.{1,2}|_fallback)(?:\/|$)/.test(trimmed) ? undefined : trimmed;
}

function checkHeaders(given: Record<string, string>, context: z.RefinementCtx): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, content] of Object.entries(given)) {
    const field = name.toLowerCase();
    if (!isFieldName(field)) {
      context.addIssue({
        code: 'custom',
        message: 'is not a header field that a route may set',
        path: [name],
      });
    } else if (Object.hasOwn(headers, field)) {
      context.addIssue({ code: 'custom', message: 'is set twice', path: [name] });
    } else if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(content)) {
      context.addIssue({
        code: 'custom',
        message: 'must have no line breaks or control characters',
        path: [name],
      });
    } else {
      headers[field] = content;
    }
  }
  return headers;
}
