import { isIP } from 'node:net';
import proxyAddr from 'proxy-addr';
import { detached } from '../base/detached.ts';
import { filterHeaders, plainName, type RawHeaders } from '../base/raw-headers.ts';

/** The client behind a connection, as far as it is known from those who are trusted. */
export interface Client {
  readonly remoteAddress: string;
  /** `X-Forwarded-For` for the next hop. */
  readonly forwardedFor: string;
  readonly secure: boolean;
  /** `Host` in lower case. */
  readonly host: string;
}

/** The connection itself, and the header fields that came over it. */
export interface Peer {
  readonly address: string;
  readonly secure: boolean;
  header(name: string): string | undefined;
}

/**
 * Proxies in a row that are looked behind. A client may write any number of trusted addresses, and
 * each costs microseconds.
 */
const MAX_HOPS = 32;

/**
 * The proxies that are trusted. X-Forwarded-For, -Proto and -Host are used and extended if they
 * come from one of these; from anyone else they are dropped and made anew.
 */
export class TrustedProxies {
  /** Absent: there are none. */
  readonly #isTrusted: ((address: string, index: number) => boolean) | undefined;
  /** The address that was looked up last, and the result: parsing one takes a microsecond. */
  #last = '';
  #lastIsTrusted = false;
  readonly #userHeader: string | undefined;

  /**
   * `networks` are in CIDR notation. `userHeader`: the field in which the proxies name the user;
   * absent: they name none.
   */
  constructor(networks: Iterable<string>, userHeader?: string) {
    const listed = [...networks];
    this.#isTrusted = listed.length === 0 ? undefined : proxyAddr.compile(listed);
    this.#userHeader = userHeader && plainName(userHeader.toLowerCase());
  }

  /**
   * The fields of a request without the user's name, unless a trusted proxy sent them: anybody can
   * write one. Names with an underscore are the same for CGI-like servers.
   */
  believed(fields: RawHeaders, address: string): RawHeaders {
    const user = this.#userHeader;
    if (user === undefined || this.trusts(plainAddress(address))) return fields;
    return filterHeaders(fields, (name) => plainName(name) !== user);
  }

  /** Finds the client behind a connection. */
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

  /** Whether this address is one of a trusted proxy. */
  trusts(address: string): boolean {
    if (this.#isTrusted === undefined) return false;
    if (address === this.#last) return this.#lastIsTrusted;
    this.#last = address;
    this.#lastIsTrusted = this.#isTrusted(address, 0);
    return this.#lastIsTrusted;
  }

  /**
   * Goes from the nearest entry back to the first that no trusted proxy has: it is the client, and
   * what stands before it is the client's claim. proxy-addr's own walk would take an entry that is
   * no address for the client.
   */
  #follow(chain: readonly string[], peer: string): { remoteAddress: string; hops: number } {
    let remoteAddress = peer;
    let hops = 0;
    for (let index = chain.length - 1; index >= 0 && hops < MAX_HOPS; index--) {
      const entry = String(chain[index]);
      if (!isAddress(entry)) break;
      remoteAddress = plainAddress(entry);
      hops++;
      if (!this.trusts(remoteAddress)) break;
    }
    // Sessions and counts keep the address, and must not keep the head that it was cut out of.
    return { remoteAddress: detached(remoteAddress), hops };
  }
}

/** A dual-stack socket shows IPv4 clients as `::ffff:10.0.0.1`. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

/** Some proxies (IIS with ARR, Azure) write `192.0.2.7:50123` or `[2001:db8::7]:50123`. */
function withoutPort(entry: string): string {
  const parts = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(entry);
  return parts?.[1] ?? parts?.[2] ?? entry;
}

/** A zone (`fe80::1%eth0`) means nothing on another machine, and Node allows any text in it. */
function isAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%');
}

function listOf(value = ''): string[] {
  // Thousands of empty entries cost no memory this way.
  const entries = value.match(/[^,]+/g) ?? [];
  return entries.map((entry) => entry.trim()).filter(Boolean);
}

/**
 * Where each proxy appends, the outermost trusted one's entry; where they replace, the only one.
 */
function atHop(list: readonly string[], hops: number): string | undefined {
  return list[Math.max(0, list.length - Math.max(1, hops))];
}
