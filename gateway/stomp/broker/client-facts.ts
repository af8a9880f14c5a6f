import type { Handshake } from '../../backend/backend.ts';
import type { RightsOptions } from '../rights.ts';

/**
 * What a worker says about a client to the broker process: the broker serves the client as if it
 * had come to the process itself. After an upgrade the two may be of different releases: fields
 * are only ever added, and a reader ignores those that it does not know.
 */
export interface ClientFacts extends RightsOptions {
  readonly carrier: Handshake['carrier'];
  readonly address: string;
  /** Path of the route, for log lines. */
  readonly route: string;
}

/**
 * More than any message of a broker or of a client: broker, routes and sessions have bounds of
 * their own.
 */
export const LARGEST_MESSAGE = 2 * 1024 ** 3;

/** The field of the handshake between a worker and the broker process. */
export const CLIENT_FACTS = 'x-stomp-client';

/** Encodes the facts as a header value: ASCII, whatever characters the destinations have. */
export function encodeFacts(facts: ClientFacts): string {
  return encodeURIComponent(JSON.stringify(facts));
}

/** Reads what `encodeFacts` made; undefined for anything else. */
export function decodeFacts(value: string): ClientFacts | undefined {
  try {
    return JSON.parse(decodeURIComponent(value));
  } catch {
    return undefined;
  }
}
