import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { z } from 'zod';
import type { ListenAddress } from '../base/listen.ts';
import { serializeOrigin } from '../base/origin.ts';
import { value } from './units.ts';

/** `8080`, `name:8080`, `[::1]:8080`. Without a host the gateway is seen by this machine only. */
export function listenAddress(): z.ZodType<ListenAddress, string | number> {
  return value('must be PORT or HOST:PORT, with a port from 0 to 65535 and IPv6 in brackets', (given) => {
    const parts = /^(?:(?:\[([0-9a-f:.]+)\]|([\w.-]+)):)?(\d{1,5})$/i.exec(String(given));
    if (parts === null) return undefined;
    const [, ipv6, name, digits] = parts;
    const port = Number(digits);
    if (port > 65_535 || (ipv6 !== undefined && isIP(ipv6) !== 6)) return undefined;
    return { host: ipv6 ?? name ?? '127.0.0.1', port };
  });
}

/** An origin in its one spelling, `null`, or `*`. */
export function origin(): z.ZodType<string, string> {
  return value('must be an origin like https://app.example:8443 (no path), "null" or "*"', (given) => {
    if (typeof given !== 'string') return undefined;
    return given === '*' || given === 'null' ? given : serializeOrigin(given);
  });
}

/** A name as it stands in a `Host` field, without the port. */
export function hostName(): z.ZodType<string, string> {
  return value('must be a host name without scheme, port or wildcard', (given) => {
    if (typeof given !== 'string') return undefined;
    const name = given.toLowerCase();
    return /^[a-z0-9_](?:[a-z0-9_.-]{0,252})$/.test(name) ? name : undefined;
  });
}

/** A network in CIDR form; a single address is a network of one. */
export function network(): z.ZodType<string, string> {
  return value('must be an address or a network like 10.0.0.0/8 or fd00::/8', (given) => {
    if (typeof given !== 'string') return undefined;
    if (ipaddr.isValidCIDR(given)) return given;
    const family = isIP(given);
    if (family === 0) return undefined;
    return `${given}/${family === 4 ? 32 : 128}`;
  });
}

/** Where Flash players ask first (Adobe, "Setting up a socket policy file server"). */
const POLICY_PORT = 843;

/** A port; `true`, the flag without a value, is the one that players know. */
export function policyPort(): z.ZodType<number, number | string | true> {
  return value('must be a port from 0 to 65535', (given) => {
    if (given === true) return POLICY_PORT;
    const port = /^\d{1,5}$/.test(String(given)) ? Number(given) : Number.NaN;
    return port <= 65_535 ? port : undefined;
  });
}

/** A host as a policy document names it: a name, an address, all names below one (`*.name`), or `*`. */
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
