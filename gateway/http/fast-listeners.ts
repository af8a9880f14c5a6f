import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { RequestError } from '../base/errors.ts';
import type { MemoryBudget } from '../base/memory-budget.ts';
import type { Exchange } from './exchange.ts';
import type { TrustedProxies } from './forwarded.ts';

/** Receives what arrives on the connections of the fast path. */
export interface FastListeners {
  readonly proxies: TrustedProxies;
  /** Counts what waits on a connection: a partial head, and requests behind the present one. */
  readonly memory: MemoryBudget;
  /** Whether the fast path answers requests for this target. Called first. */
  takes(target: string): boolean;
  /** Answers a request; false leaves it to Node. */
  onRequest(exchange: Exchange): boolean;
  /**
   * Takes a connection that begins with `<`, as no request does: Flash players ask for a socket
   * policy that way. Absent: Node refuses it.
   */
  readonly onMarkup?: ((socket: Socket) => void) | undefined;
  /** Reports a request that was not read to its end, before it is answered. */
  readonly onUnread: (socket: Socket, refusal: RequestError) => void;
  /** Gives Node's server a connection, with everything unanswered put back. */
  readonly handOver: (socket: Duplex) => void;
}
