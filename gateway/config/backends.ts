import type { z } from 'zod';
import type { BackendOptions } from './resolved.ts';
import { value } from './units.ts';

const allowed = 'must be ws://HOST[:PORT][/PATH], wss://HOST[:PORT][/PATH] or echo:';

/** What a route leads to, as one URL. */
export function backend(): z.ZodType<BackendOptions, string> {
  return value(
    allowed,
    (given) => (typeof given === 'string' ? parseBackend(given) : undefined),
    unavailable,
  );
}

/** The STOMP backends are part of the public face, and no part of this version. */
function unavailable(given: unknown): string | undefined {
  return /^stomps?:/.test(String(given)) ? 'is not available in this version: STOMP comes later' : undefined;
}

/** Undefined for what is no backend. A URL with a query, a fragment or a password is none: nothing of it would reach the server. */
export function parseBackend(text: string): BackendOptions | undefined {
  if (text === 'echo:') return { kind: 'echo' };
  const parts = /^(wss?):\/\/(\[[0-9a-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?(\/[!-~]*)?$/i.exec(text);
  if (parts === null) return undefined;
  const [, scheme, host, digits, path] = parts;
  const secure = scheme?.toLowerCase() === 'wss';
  const port = digits === undefined ? (secure ? 443 : 80) : Number(digits);
  if (port < 1 || port > 65_535 || path?.includes('?') || path?.includes('#')) return undefined;
  return { kind: 'websocket', secure, hostname: String(host).replace(/^\[|\]$/g, ''), port, path };
}
