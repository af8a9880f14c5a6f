import type { z } from 'zod';
import { plainHost } from './addresses.ts';
import { backendAdvice } from './backend-advice.ts';
import type { BackendOptions, ServerLocation } from './resolved.ts';
import { advised, value } from './units.ts';

const allowed =
  'must be ws://HOST[:PORT][/PATH], wss://…, stomp://HOST[:PORT][,HOST[:PORT]…], stomps://…, stomp: or echo:';

/** The backend of a route, as one URL. */
export function backend(): z.ZodType<BackendOptions, string> {
  return value(
    allowed,
    (given) => (typeof given === 'string' ? parseBackend(given.trim()) : undefined),
    advised(allowed, backendAdvice),
  );
}

/** Default ports. Those of STOMP are RabbitMQ's (rabbitmq.com/docs/stomp). */
const defaultPorts: Readonly<Record<string, number>> = { ws: 80, wss: 443, stomp: 61_613, stomps: 61_614 };

/**
 * Undefined for what is not a backend. A URL with a query, a fragment or a password is not: the
 * server would get nothing of them.
 */
export function parseBackend(text: string): BackendOptions | undefined {
  if (text === 'echo:') return { kind: 'echo' };
  if (text === 'stomp:') return { kind: 'broker' };
  const parts = /^(wss?|stomps?):\/\/([^/]+)(\/[!-~]*)?$/i.exec(text);
  if (parts === null) return undefined;
  const [, name = '', hosts = '', path] = parts;
  const scheme = name.toLowerCase();
  if (scheme.startsWith('stomp')) return path === undefined ? parseBrokers(scheme, hosts) : undefined;
  const address = parseAddress(scheme, hosts);
  if (address === undefined || path?.includes('?') || path?.includes('#')) return undefined;
  return { kind: 'websocket', ...address, path };
}

function parseBrokers(scheme: string, hosts: string): BackendOptions | undefined {
  const brokers = hosts.split(',').map((host) => parseAddress(scheme, host));
  const known = brokers.filter((broker) => broker !== undefined);
  return known.length === brokers.length ? { kind: 'relay', brokers: known } : undefined;
}

function parseAddress(scheme: string, text: string): ServerLocation | undefined {
  const [, host = '', digits] = /^(.+?)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const hostname = plainHost(host);
  const port = Number(digits ?? defaultPorts[scheme]);
  if (hostname === undefined || port < 1 || port > 65_535) return undefined;
  return { secure: scheme === 'wss' || scheme === 'stomps', hostname, port };
}
