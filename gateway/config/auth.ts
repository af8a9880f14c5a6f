import { z } from 'zod';
import { plainHost } from './addresses.ts';
import { isFieldName } from './field-names.ts';
import { duration, oneOrMore, text, value } from './units.ts';

const allowedUrl = 'must be the URL of an auth server: http://HOST[:PORT][/PATH] or https://…';

/** Where an auth server is, as one URL. */
export interface AuthUrl {
  readonly secure: boolean;
  readonly hostname: string;
  readonly port: number;
  readonly path: string;
}

const settings = z.strictObject({
  url: value<AuthUrl, string>(allowedUrl, (given) =>
    typeof given === 'string' ? parseUrl(given.trim()) : undefined,
  ),
  headers: oneOrMore(answerField()).optional(),
  every: duration({ min: '1s', max: '24h', off: true }).optional(),
  timeout: duration({ min: '1ms', max: '1m' }).optional(),
  ca: text('must be the name of a file').optional(),
});

/** Names of the settings, for suggestions. */
export const authKeys: readonly string[] = Object.keys(settings.shape);

/** The auth server of a route: a table of settings, or its URL alone. */
export function auth() {
  const asTable = (given: unknown) => (typeof given === 'string' ? { url: given } : given);
  return z.preprocess(asTable, settings) as z.ZodType<
    z.output<typeof settings>,
    z.input<typeof settings> | string
  >;
}

/** Undefined for what is no URL of a server. A password would stand in logs: there may be none. */
function parseUrl(given: string): AuthUrl | undefined {
  const parts = /^(https?):\/\/([^/?#@]+?)(?::(\d{1,5}))?((?:\/[!"$-~]*)?)$/i.exec(given);
  if (parts === null) return undefined;
  const [, scheme = '', host = '', digits, path = ''] = parts;
  const secure = scheme.toLowerCase() === 'https';
  const hostname = plainHost(host);
  const port = Number(digits ?? (secure ? 443 : 80));
  if (hostname === undefined || port < 1 || port > 65_535) return undefined;
  return { secure, hostname, port, path: path === '' ? '/' : path };
}

function answerField(): z.ZodType<string, string> {
  return value('must be the name of a header field like X-User', (given) =>
    typeof given === 'string' && isFieldName(given) ? given : undefined,
  );
}
