import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Where a request comes from, as far as it is known by those who are believed. */
export interface Client {
  readonly remoteAddress: string;
  /** `X-Forwarded-For` for the next hop. */
  readonly forwardedFor: string;
  readonly secure: boolean;
  /** `Host` in lower case. */
  readonly host: string;
}

/** The connection itself, and what came over it. */
export interface Peer {
  readonly address: string;
  readonly secure: boolean;
  header(name: string): string | undefined;
}

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/**
 * The proxies whose word is taken. X-Forwarded-For, -Proto and -Host are believed and appended to when they come from one of these; from
 * anyone else they are a claim, dropped and made anew.
 */
export class TrustedProxies {
  readonly #networks: readonly Network[];

  constructor(networks: Iterable<string>) {
    this.#networks = [...networks].map((network) => ipaddr.parseCIDR(network));
  }

  /** Looks up who is behind a connection. */
  clientOf(peer: Peer): Client {
    const address = plainAddress(peer.address);
    const host = (peer.header('host') ?? '').toLowerCase();
    if (!this.trusts(address)) {
      return { remoteAddress: address, forwardedFor: address, secure: peer.secure, host };
    }
    const chain = listOf(peer.header('x-forwarded-for')).map(withoutPort);
    const { remoteAddress, hops } = this.#follow(chain, address);
    const scheme = atHop(listOf(peer.header('x-forwarded-proto')), hops)?.toLowerCase();
    const forwardedHost = atHop(listOf(peer.header('x-forwarded-host')), hops)?.toLowerCase();
    return {
      remoteAddress,
      forwardedFor: [...chain.filter(isAddress), address].join(', '),
      secure: scheme === undefined ? peer.secure : scheme === 'https' || scheme === 'wss',
      host: forwardedHost ?? host,
    };
  }

  /** From the nearest entry back to the first that no trusted proxy wrote: it is the client, whatever stands before it. */
  #follow(chain: readonly string[], peer: string): { remoteAddress: string; hops: number } {
    let remoteAddress = peer;
    let hops = 0;
    for (let index = chain.length - 1; index >= 0; index--) {
      const entry = String(chain[index]);
      if (!isAddress(entry)) break;
      remoteAddress = plainAddress(entry);
      hops++;
      if (!this.trusts(remoteAddress)) break;
    }
    return { remoteAddress, hops };
  }

  /** Whether this address is one of a trusted proxy. */
  trusts(address: string): boolean {
    if (this.#networks.length === 0 || !isAddress(address)) return false;
    const parsed = ipaddr.process(address);
    return this.#networks.some(
      ([network, bits]) => network.kind() === parsed.kind() && parsed.match(network as ipaddr.IPv4, bits),
    );
  }
}

/** A dual-stack socket shows IPv4 clients as `::ffff:10.0.0.1`. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

/** Some proxies (IIS with ARR, Azure) write `192.0.2.7:50123` or `[2001:db8::7]:50123`. */
function withoutPort(entry: string): string {
  const parts = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(entry);
  return parts?.[1] ?? parts?.[2] ?? entry;
}

/** The library would take `7` and `0x7f.1` for addresses too. */
function isAddress(text: string): boolean {
  return isIP(text) !== 0;
}

function listOf(value: string | undefined): string[] {
  return value === undefined
    ? []
    : value
        .split(',')
        .map((entry) => entry.trim())
        .filter(Boolean);
}

/** Where each proxy appends, the entry the outermost trusted one wrote; where they replace, the only one. */
function atHop(list: readonly string[], hops: number): string | undefined {
  return list[Math.max(0, list.length - Math.max(1, hops))];
}
