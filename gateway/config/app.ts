import { z } from 'zod';
import { DEFAULT_APP_TIMEOUT } from '../app/options.ts';
import { plainHost } from './addresses.ts';
import { hostValue, routePath } from './routes.ts';
import { advised, duration, oneOrMore, text, toggle, value } from './units.ts';

const ALLOWED = 'must be http://HOST[:PORT] or https://HOST[:PORT], without a path';

const settings = z.strictObject({
  url: appUrl(),
  host: hostValue().optional(),
  inject: toggle().prefault(true),
  exclude: oneOrMore(routePath).prefault([]),
  ca: text('must be the name of a file').optional(),
  prefix: prefixPath().optional(),
  timeout: duration({ min: '1s', max: '24h', off: true }).prefault(DEFAULT_APP_TIMEOUT),
});

/** Names of the settings, for suggestions. */
export const appKeys: readonly string[] = Object.keys(settings.shape);

/** A URL, or settings. */
export function app() {
  return z.preprocess((given) => (typeof given === 'string' ? { url: given } : given), settings) as z.ZodType<
    z.output<typeof settings>,
    z.input<typeof settings> | string
  >;
}

export interface AppUrl {
  readonly secure: boolean;
  readonly hostname: string;
  readonly port: number;
}

function appUrl(): z.ZodType<AppUrl, string> {
  return value(
    ALLOWED,
    (given) => (typeof given === 'string' ? parseUrl(given.trim()) : undefined),
    advised(ALLOWED, (given) => urlAdvice(String(given).trim())),
  );
}

function parseUrl(given: string): AppUrl | undefined {
  const parts = /^(https?):\/\/(\[[^\]]*\]|[^/:@]+)(?::(\d{1,5}))?\/?$/i.exec(given);
  if (parts === null) return undefined;
  const [, scheme = '', host = '', digits] = parts;
  const secure = scheme.toLowerCase() === 'https';
  const hostname = plainHost(host);
  const port = Number(digits ?? (secure ? 443 : 80));
  return hostname === undefined || port < 1 || port > 65_535 ? undefined : { secure, hostname, port };
}

/** What to write for what was given. */
function urlAdvice(given: string): string | undefined {
  const [, scheme = '', rest = given] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(given) ?? [];
  const isSecure = /^(?:https|wss)$/i.test(scheme);
  const bare = /^\d{1,5}$/.test(rest) ? `127.0.0.1:${rest}` : rest.replace(/^:/, '127.0.0.1:');
  const [host = ''] = bare.split('/', 1);
  const meant = `${isSecure ? 'https' : 'http'}://${host}`;
  return parseUrl(meant) === undefined ? undefined : `write ${meant}`;
}

/** The path without its trailing slash; no route is there. */
function prefixPath(): z.ZodType<string, string> {
  return value('must be a path like /gateway', (given) => {
    const checked = routePath.safeParse(given);
    return checked.success && checked.data !== '' ? checked.data : undefined;
  });
}
