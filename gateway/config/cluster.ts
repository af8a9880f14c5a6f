import { z } from 'zod';
import { MAX_PREFIX } from '../cluster/node-name.ts';
import { DEFAULT_CLUSTER_NAME, DEFAULT_NATS_PORT, type NatsServer } from '../cluster/options.ts';
import { plainHost } from './addresses.ts';
import { advised, text, value } from './units.ts';

/** The address of a NATS server, with what may stand in it. */
export interface NatsUrl extends NatsServer {
  readonly isTls: boolean;
  readonly user: string | undefined;
  readonly password: string | undefined;
}

const ALLOWED = 'must be nats://HOST[:PORT] or tls://HOST[:PORT]; commas separate several';

const settings = z.strictObject({
  url: urls(),
  name: name(64).prefault(DEFAULT_CLUSTER_NAME),
  user: text('must be the name of a user of NATS').optional(),
  password: text('must be a password, as text; quotes make a number text').optional(),
  token: text('must be a token, as text; quotes make a number text').optional(),
  credentials: fileName().optional(),
  ca: fileName().optional(),
  cert: fileName().optional(),
  key: fileName().optional(),
});

/** Names of the settings, for suggestions. */
export const clusterKeys: readonly string[] = Object.keys(settings.shape);

/** URLs, or settings. */
export function cluster() {
  const isTable = (given: unknown): boolean =>
    typeof given === 'object' && given !== null && !Array.isArray(given);
  return z.preprocess((given) => (isTable(given) ? given : { url: given }), settings) as z.ZodType<
    z.output<typeof settings>,
    z.input<typeof settings> | string | string[]
  >;
}

/** The beginning of the name of a node. */
export function node(): z.ZodType<string, string> {
  return name(MAX_PREFIX);
}

/** A part of tokens, addresses and subjects. */
function name(longest: number): z.ZodType<string, string> {
  const shape = new RegExp(`^[A-Za-z0-9_-]{1,${longest}}$`);
  return value(`must be 1 to ${longest} of A-Z a-z 0-9 - _`, (given) =>
    typeof given === 'string' && shape.test(given) ? given : undefined,
  );
}

function fileName() {
  return text('must be the name of a file');
}

function urls(): z.ZodType<NatsUrl[], string | string[]> {
  const parse = (given: unknown): NatsUrl[] | undefined => {
    const parsed = split(given).map(parseUrl);
    return parsed.length > 0 && parsed.every((url) => url !== undefined) ? parsed : undefined;
  };
  return value(ALLOWED, parse, advised(ALLOWED, urlAdvice));
}

function split(given: unknown): string[] {
  const list = Array.isArray(given) ? given : [given];
  return list.flatMap((each) => (typeof each === 'string' ? each.split(',') : [''])).map((url) => url.trim());
}

/** `nats://user:password@host:4222`. A user without a password is a token, as in NATS's tools. */
function parseUrl(given: string): NatsUrl | undefined {
  const parts = /^(nats|tls):\/\/(?:([^@/]*)@)?(\[[^\]]*\]|[^/:@]+)(?::(\d{1,5}))?\/?$/i.exec(given);
  if (parts === null) return undefined;
  const [, scheme = '', login, written = '', digits] = parts;
  const host = plainHost(written);
  const port = Number(digits ?? DEFAULT_NATS_PORT);
  if (host === undefined || port < 1 || port > 65_535) return undefined;
  const [user, password] = login?.split(/:(.*)/s, 2).map(decoded) ?? [];
  return { host, port, isTls: scheme.toLowerCase() === 'tls', user, password };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** What to write for what was given. */
function urlAdvice(given: unknown): string | undefined {
  const written = split(given).map((each) => {
    const [, scheme = '', rest = each] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(each) ?? [];
    if (rest.includes('@')) return '';
    const bare = /^\d{1,5}$/.test(rest) ? `127.0.0.1:${rest}` : rest.replace(/^:/, '127.0.0.1:');
    return `${/^(?:tls|wss|https|natss)$/i.test(scheme) ? 'tls' : 'nats'}://${bare.split('/', 1)[0]}`;
  });
  return written.every((url) => parseUrl(url) !== undefined) ? `write ${written.join(',')}` : undefined;
}
