import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { defaultBrokerOptions as broker } from '../stomp/broker/options.ts';
import { destinationPattern } from './destinations.ts';
import { isFieldName } from './field-names.ts';
import { count, duration, oneOrMore, size, text, value, word } from './units.ts';

export function tlsSettings() {
  return z.strictObject({
    cert: fileName().optional(),
    key: fileName().optional(),
    minVersion: word(['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']).optional(),
    ciphers: text('must be an OpenSSL cipher list').optional(),
  });
}

export function stompSettings() {
  return z.strictObject({
    users: z.record(z.string(), user()).optional(),
    ...rights(),
    redeliveries: count(0, 1000).prefault(broker.redeliveries),
    maxQueues: count(1, 1_000_000).prefault(broker.maxQueues),
    maxQueued: count(1, 10_000_000).prefault(broker.maxQueued),
    maxStored: bytes('64KiB', '16GiB').prefault(broker.maxStored),
    maxSubscriptions: count(1, 1_000_000).prefault(broker.maxSubscriptions),
  });
}

const passcode = text('must be a passcode, as text; quotes make a number text');

const userSettings = z.strictObject({ passcode, ...rights() });

/** Names of the settings of a login, for suggestions. */
export const userKeys: readonly string[] = Object.keys(userSettings.shape);

/** A passcode, or a table with one and the rights of the login. */
function user() {
  const isTable = (given: unknown): boolean => typeof given === 'object' && given !== null;
  const asTable = (given: unknown) => (isTable(given) ? given : { passcode: given });
  return z.preprocess(asTable, userSettings) as z.ZodType<
    z.output<typeof userSettings>,
    z.input<typeof userSettings> | string
  >;
}

/** Destinations that may be used. */
function rights() {
  return {
    subscribe: oneOrMore(destinationPattern()).optional(),
    send: oneOrMore(destinationPattern()).optional(),
  };
}

export function fileName() {
  return text('must be the name of a file');
}

/**
 * A field that a proxy sets anew on each request. Others than those named here have a meaning of
 * their own, or go no further than the gateway.
 */
export function userHeaderName(): z.ZodType<string, string> {
  return value('must be the name of a header field like X-Remote-User', (given) =>
    typeof given === 'string' && isFieldName(given) && !RESERVED.test(given) ? given : undefined,
  );
}

const RESERVED =
  /^(?:cookie|authorization|origin|referer|user-agent|accept.*|x-forwarded-(?:for|proto|host|port))$/i;

/** RFC 6265 §4.1.1: a token. */
export function cookieName(): z.ZodType<string, string> {
  return value('must be the name of a cookie', (given) =>
    typeof given === 'string' && /^[!#$%&'*+.^`|~\w-]+$/.test(given) ? given : undefined,
  );
}

/** A poll ends after a heartbeat, and proxies end what is silent for 60 s. */
export function heartbeat() {
  return duration({ max: '50s' });
}

/** A number of processes. `auto` is one for each processor that this one may use. */
export function workers(): z.ZodType<number, number | string> {
  const allowed = 'must be a whole number from 1 to 256, or "auto"';
  return value(allowed, (given) => {
    if (given === 'auto') return availableParallelism();
    const number = /^\d{1,3}$/.test(String(given)) ? Number(given) : 0;
    return number >= 1 && number <= 256 ? number : undefined;
  });
}

export function time(max: string) {
  return duration({ max });
}

export function pause() {
  return duration({ max: '1h', off: true });
}

export function bytes(min: string, max: string) {
  return size({ min, max });
}
