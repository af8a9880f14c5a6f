import { createHash } from 'node:crypto';
import { detached } from '../base/detached.ts';
import type { DowngradeReason } from '../base/downgrades.ts';
import { RequestError } from '../base/errors.ts';
import { parseSteps, type Steps } from '../protocol/steps.ts';

/** The fields of a `create` (PROTOCOL.md §3). */
export interface CreateRequest {
  readonly nonce: string;
  /** Path and query of the handshake that the request stands for, as they arrive here. */
  readonly url: string;
  /** The same as the page knows them: front proxies may have renamed the path. */
  readonly pageUrl: string;
  /** The page's origin, as the client states it. */
  readonly origin: string;
  readonly protocols: readonly string[];
  /** What the client tells of its way here; absent: nothing. */
  readonly steps?: Steps | undefined;
  /** It tells something that is not as it should be, and is ignored. */
  readonly hasBadSteps: boolean;
}

/** Bytes of a create body. */
export const CREATE_BODY = 16_384;

const NONCE = /^[A-Za-z0-9_-]{16,64}$/;
/** Path and query as a handshake's request line may have them: visible ASCII, no fragment. */
const TARGET = /^\/[\x21\x22\x24-\x7e]*$/;
/** Longer than any origin whose host is a DNS name (RFC 1035 §2.3.4). */
const MAX_ORIGIN = 512;
const ORIGIN = /^(?:null|[a-z][a-z0-9+.-]*:\/\/[^\s/?#@,]+)$/;
/** RFC 7230 §3.2.6. */
const PROTOCOL = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** A client is never refused for it: it only says what the log has. */
const STEPS = 'steps';
const KNOWN = new Set(['nonce', 'url', 'origin', 'protocols', 'beside', STEPS]);
const BESIDE = /^[A-Za-z0-9_.-]{0,64}$/;

/** Reads a create body. Throws a `RequestError` 400. `base` is the path at which it arrived. */
export function parseCreate(body: Buffer, base: string): CreateRequest {
  const fields = new URLSearchParams(body.toString('utf8'));
  const names = [...fields.keys()];
  if (names.some((name) => !KNOWN.has(name))) throw malformed('unknown field');
  const required = names.filter((name) => name !== STEPS);
  if (new Set(required).size !== required.length) throw malformed('repeated field');
  const nonce = fields.get('nonce') ?? '';
  if (!NONCE.test(nonce)) throw malformed('bad nonce');
  const pageUrl = fields.get('url') ?? '';
  if (!TARGET.test(pageUrl)) throw malformed('bad url');
  const origin = fields.get('origin') ?? '';
  if (origin.length > MAX_ORIGIN || !ORIGIN.test(origin)) throw malformed('bad origin');
  // It says where the session is made, which has been decided already.
  if (!BESIDE.test(fields.get('beside') ?? '')) throw malformed('bad beside');
  const protocols = parseProtocols(fields.get('protocols') ?? '');
  const [sent, another] = fields.getAll(STEPS);
  const steps = sent === undefined || another !== undefined ? undefined : parseSteps(sent);
  // The session keeps the nonce and the origin, and must not keep the body with them.
  return {
    nonce: detached(nonce),
    url: arrivedUrl(base, pageUrl),
    pageUrl,
    origin: detached(origin),
    protocols,
    steps,
    hasBadSteps: sent !== undefined && steps === undefined,
  };
}

function parseProtocols(list: string): string[] {
  if (list === '') return [];
  const protocols = list.split(',');
  if (!protocols.every((protocol) => PROTOCOL.test(protocol))) throw malformed('bad protocols');
  if (new Set(protocols).size !== protocols.length) throw malformed('repeated protocol');
  return protocols;
}

/**
 * Path and query with which a handshake to `pageUrl` would have arrived. The client sends its
 * requests to the path without trailing slashes, and without the query. A proxy renames both paths
 * alike, so the path is that of the request, whatever the page says.
 */
function arrivedUrl(base: string, pageUrl: string): string {
  const path = pathOf(pageUrl);
  let end = path.length;
  while (end > 0 && path.charAt(end - 1) === '/') end--;
  return (base + path.slice(end) || '/') + pageUrl.slice(path.length);
}

/** The path of a path and query. */
export function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

function malformed(reason: string): RequestError {
  return new RequestError('GW_CREATE', reason);
}

/** Bytes of a fingerprint: nobody finds another `create` with the same 128 bits of SHA-256. */
const FINGERPRINT = 16;

/**
 * All that a repeated `create` must have in common with the first one. It is kept for as long as
 * the session lives, so it is a hash: the header fields may have 16 KiB. A character is a byte.
 */
export function fingerprint(
  request: CreateRequest,
  base: string,
  header: (name: string) => string | undefined,
): string {
  const { pageUrl, origin, protocols } = request;
  const fields = ['origin', 'cookie', 'authorization'].map(header);
  const all = JSON.stringify([base, pageUrl, origin, protocols, ...fields]);
  return createHash('sha256').update(all).digest().toString('latin1', 0, FINGERPRINT);
}

/** What a client learns about its new session. */
export interface CreateAnswer {
  readonly token: string;
  readonly protocol: string;
  readonly carriers: string;
  /** Why the client has nothing better, as far as is known. */
  readonly downgraded?: DowngradeReason | undefined;
  readonly heartbeat: number;
  readonly silence: number;
  readonly window: number;
  readonly outbox: number;
  readonly body: number;
  /** The node that owns the session; absent: the gateway has one node. */
  readonly node?: string | undefined;
}

/** Encodes the answer. `end` comes last, so that the client notices a cut. */
export function encodeAnswer(answer: CreateAnswer): string {
  const fields = Object.entries(answer)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return `${fields.join('&')}&end=1`;
}
