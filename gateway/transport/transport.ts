import type { Exchange, Headers } from '../http/exchange.ts';
import type { Unit, Wanted } from '../protocol/unit.ts';
import type { CarrierOwner } from '../session/carrier.ts';
import type { Session } from '../session/session.ts';
import type { TransportLimits } from './options.ts';

/** A checked request of a session, as a transport gets it. */
interface Call {
  readonly exchange: Exchange;
  readonly unit: Unit;
  /** Header fields that every answer to this request needs: caching and cross-origin access. */
  readonly headers: Headers;
  readonly limits: TransportLimits;
}

/** A call that brings frames only. */
export interface SendCall extends Call {
  readonly session: Session;
}

/** A call that opens a downstream. */
export interface AttachCall extends Call {
  /** The session that the request names, or several that it attaches together. */
  readonly session: CarrierOwner;
  readonly wanted: Wanted;
}

interface TransportBase {
  /** Last segment of its addresses. */
  readonly action: string;
  readonly method: 'GET' | 'POST';
  /** Where the token and the unit stand: in the body, or in path and query. */
  readonly source: 'body' | 'url';
}

/** Carries frames from the client only. */
export interface UpstreamTransport extends TransportBase {
  readonly direction: 'up';
  serve(call: SendCall): void;
}

/** Gives a session its downstream. */
export interface DownstreamTransport extends TransportBase {
  readonly direction: 'down';
  serve(call: AttachCall): void;
  /** The answer to a token that is not known (PROTOCOL.md §4.2). */
  unknown(exchange: Exchange, headers: Headers): void;
  /**
   * The answer while the session cannot be reached (PROTOCOL.md §15): the client attaches again.
   * Absent: the client sees a status, and repeats the request by that.
   */
  readonly later?: (exchange: Exchange, headers: Headers) => void;
}

/** One wire form. */
export type Transport = UpstreamTransport | DownstreamTransport;
