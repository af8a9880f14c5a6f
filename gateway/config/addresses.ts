import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { z } from 'zod';
import type { ListenAddress } from '../base/listen.ts';
import { serializeOrigin } from '../base/origin.ts';
import { hostAdvice, listenAdvice, networkAdvice, originAdvice } from './address-advice.ts';
import { advised, value } from './units.ts';

/**
 * Parses a host as it stands in a URL: a name, or an address, IPv6 in brackets. Returns it without
 * brackets. Undefined for what no resolver takes: empty labels, and numbers at the end that are no
 * IPv4 address (WHATWG URL, "ends in a number").
 */
export function plainHost(text: string): string | undefined {
  const ipv6 = /^\[(.*)\]$/.exec(text)?.[1];
  if (ipv6 !== undefined) return isIP(ipv6) === 6 && !ipv6.includes('%') ? ipv6 : undefined;
  if (!/^[\w-]+(?:\.[\w-]+)*\.?$/.test(text) || text.length > 253) return undefined;
  return /(?:^|\.)\d+\.?$/.test(text) && isIP(text) !== 4 ? undefined : text;
}

/**
 * `8080`, `name:8080`, `[::1]:8080`. Without a host only this machine reaches the gateway. `:8080`
 * and `*:8080` are every IPv4 address, as in Go, Docker and nginx.
 */
export function listenAddress(): z.ZodType<ListenAddress, string | number> {
  const allowed = 'must be PORT or HOST:PORT, with a port from 0 to 65535 and IPv6 in brackets';
  const parse = (given: unknown): ListenAddress | undefined => {
    const [, written, digits] = /^(?:(.*):)?(\d{1,5})$/.exec(String(given).trim()) ?? [];
    const isEvery = written === '' || written === '*';
    const host = isEvery ? '0.0.0.0' : plainHost(written ?? '127.0.0.1');
    const port = Number(digits);
    return host !== undefined && port <= 65_535 ? { host, port } : undefined;
  };
  return value(allowed, parse, advised(allowed, listenAdvice));
}

/**
 * A serialized origin, `null`, or `*`. A slash at the end, as of an address that was copied, is
 * dropped.
 */
export function origin(): z.ZodType<string, string> {
  const allowed = 'must be an origin like https://app.example:8443 (no path), "null" or "*"';
  const parse = (given: unknown): string | undefined => {
    // Operators write the address that pages connect to, and mean the pages' origin.
    if (typeof given !== 'string' || /^wss?:/i.test(given)) return undefined;
    return given === '*' || given === 'null' ? given : serializeOrigin(given.trim().replace(/\/$/, ''));
  };
  return value(allowed, parse, advised(allowed, originAdvice));
}

/** A name as it stands in a `Host` field, without the port. `app.example.` is `app.example`. */
export function hostName(): z.ZodType<string, string> {
  const allowed = 'must be a host name without scheme, port or wildcard, or "*" for every name';
  const parse = (given: unknown): string | undefined => {
    if (typeof given !== 'string') return undefined;
    if (given === '*') return given;
    const name = unrooted(given);
    return name !== '' && !name.startsWith('[') ? plainHost(name) : undefined;
  };
  return value(allowed, parse, advised(allowed, hostAdvice));
}

/** The name in lower case, without the dot of the DNS root. */
export function unrooted(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** A network in CIDR form; a single address is a network of one. */
export function network(): z.ZodType<string, string> {
  const allowed = 'must be an address or a network like 10.0.0.0/8 or fd00::/8';
  const parse = (given: unknown): string | undefined =>
    typeof given === 'string' ? networkOf(given) : undefined;
  return value(allowed, parse, advised(allowed, networkAdvice));
}

/** `ipaddr.js` would take `10/8` too, and read it as 0.0.0.10. */
function networkOf(text: string): string | undefined {
  const [, address = '', , digits] = /^([0-9a-f:.]+)(\/(0|[1-9]\d{0,2}))?$/i.exec(text) ?? [];
  const family = isIP(address);
  if (family === 0) return undefined;
  const most = family === 4 ? 32 : 128;
  const bits = Number(digits ?? most);
  if (bits > most) return undefined;
  const parsed = ipaddr.parse(address);
  // The gateway knows IPv4 clients of an IPv6 socket by their IPv4 address.
  if (parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress() && bits >= 96) {
    return `${parsed.toIPv4Address()}/${bits - 96}`;
  }
  return `${address}/${bits}`;
}

/** The port where Flash players look first (Adobe, "Setting up a socket policy file server"). */
const POLICY_PORT = 843;

/** A port. `true`, the flag without a value, is the port that players know. */
export function policyPort(): z.ZodType<number, number | string | true> {
  return value('must be a port from 0 to 65535', (given) => {
    if (given === true) return POLICY_PORT;
    const port = /^\d{1,5}$/.test(String(given)) ? Number(given) : Number.NaN;
    return port <= 65_535 ? port : undefined;
  });
}

/**
 * A host as it stands in a policy document: a name, an address, all names below one (`*.name`), or
 * `*`.
 */
export function policyDomain(): z.ZodType<string, string> {
  return value('must be a host like app.example, 10.0.0.5 or *.example, or "*"', (given) => {
    if (typeof given !== 'string') return undefined;
    const domain = given.toLowerCase();
    const isIp = domain.startsWith('[') && domain.endsWith(']') && isIP(domain.slice(1, -1)) === 6;
    return isIp || domain === '*' || /^(?:\*\.)?[a-z0-9_][a-z0-9_.-]{0,252}$/.test(domain)
      ? domain
      : undefined;
  });
}
