import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../base/clock.ts';
import { RefusedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { channelPair } from '../channel/channel-pair.ts';
import { CLOSES } from '../protocol/close-table.ts';
import type { Accepted, Backend, Handshake } from './backend.ts';
import { attempt } from './dial.ts';
import { GatewaySocket } from './gateway-socket.ts';
import { TextMemo } from './text-memo.ts';

/** The handshake as a handler gets it, with the fields of Node's own request that matter to it. */
export interface HandlerRequest {
  /** Path and query of the client's request. */
  readonly url: string;
  readonly method: 'GET';
  readonly headers: Readonly<IncomingHttpHeaders>;
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[];
  readonly socket: {
    /** The client's address, as trusted proxies tell it. */
    readonly remoteAddress: string;
    /** The client's connection is https or wss, as trusted proxies tell it. */
    readonly encrypted: boolean;
  };
}

/**
 * A program in the same process that a route leads to. If it throws, or is `async` and throws
 * before its first `await`, its client is refused: with the `status` (or `statusCode`) of the error
 * if that is from 400 to 599, as http-errors has it, and otherwise with 500. A promise that is
 * rejected later closes its client with 1011.
 */
export type Handler = (socket: GatewaySocket, request: HandlerRequest) => unknown;

/**
 * What `verifyClient` answers: whether the client may connect, or the status with which it is
 * refused, from 400 to 599. `false` is 401, as in `ws`.
 */
export type Verdict = boolean | number;

/** Settings of a route with a handler. */
export interface HandlerOptions {
  /** Bytes that may wait for a slow client before its socket is closed with 1013. */
  readonly maxBuffered: number;
  /**
   * Selects one of the subprotocols that the client offers, as the option of that name in `ws`
   * does. `false` selects none; a browser then fails the connection. @default the first
   */
  readonly handleProtocols?: (protocols: Set<string>, request: HandlerRequest) => string | false;
  /**
   * Decides about each client before its handshake is answered, within `connectTimeout`. An error
   * refuses the client, as an error of the handler does. @default every client may connect
   */
  readonly verifyClient?: (request: HandlerRequest) => Verdict | Promise<Verdict>;
}

/** What a backend with a handler needs of its gateway. */
export interface HandlerContext {
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds until the client must be verified. */
  readonly connectTimeout: number;
}

/** A backend that calls `handler` for each client, native or not. */
export function handlerBackend(
  name: string,
  handler: Handler,
  options: HandlerOptions,
  context: HandlerContext,
): Backend {
  const texts = new TextMemo();
  const accept = async (handshake: Handshake, signal: AbortSignal): Promise<Accepted> => {
    const request = requestOf(handshake);
    if (options.verifyClient !== undefined) {
      const verdict = await verified(options.verifyClient(request), context, signal);
      if (verdict !== true) throw new RefusedError('verifyClient refused', statusOf(verdict || 401));
    }
    const protocol = select(request, handshake.protocols, options);
    const [channel, far] = channelPair(handshake.openAccount);
    const socket = new GatewaySocket(far, protocol, options.maxBuffered, texts);
    await begun(handler(socket, request), (error) => {
      context.log.error('handler failed', { backend: name, code: 'GW_INTERNAL', stack: stackOf(error) });
      socket.close(CLOSES.handlerFailed.code, CLOSES.handlerFailed.reason);
    });
    return { channel, protocol };
  };
  return {
    name,
    connect: (handshake, signal) =>
      accept(handshake, signal).catch((cause: unknown) => {
        throw cause instanceof RefusedError ? cause : refusalOf(cause);
      }),
  };
}

/** Resolves with the verdict, or rejects when it takes too long or the client leaves. */
function verified(
  verdict: Verdict | Promise<Verdict>,
  { clock, connectTimeout }: HandlerContext,
  signal: AbortSignal,
): Promise<Verdict> {
  return attempt<Verdict>({ clock, connectTimeout, signal }, ({ succeed, fail }) => {
    Promise.resolve(verdict).then(succeed, (error: unknown) => fail(refusalOf(error)));
    return () => {};
  });
}

/**
 * Rejects if a handler's promise is rejected already, as when an `async` function throws before its
 * first `await`. A later rejection is given to `failed`: without a listener it would end the
 * process.
 */
async function begun(result: unknown, failed: (error: unknown) => void): Promise<void> {
  if (!(result instanceof Promise)) return;
  let hasBegun = false;
  result.catch((error: unknown) => {
    if (hasBegun) failed(error);
  });
  // `race` takes the first promise that is settled, in this order.
  await Promise.race([result, undefined]);
  hasBegun = true;
}

/** The refusal that an error of the program stands for. */
function refusalOf(cause: unknown): RefusedError {
  const { status, statusCode } = Object(cause) as { status?: unknown; statusCode?: unknown };
  return new RefusedError(`the handler failed: ${cause}`, statusOf(status ?? statusCode), { cause });
}

/** A status that refuses: any other value is a mistake of the program. */
function statusOf(value: unknown): number {
  return Number.isInteger(value) && Number(value) >= 400 && Number(value) <= 599 ? Number(value) : 500;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function select(request: HandlerRequest, protocols: readonly string[], options: HandlerOptions): string {
  if (protocols.length === 0) return '';
  if (!options.handleProtocols) return protocols[0] as string;
  return options.handleProtocols(new Set(protocols), request) || '';
}

function requestOf(handshake: Handshake): HandlerRequest {
  return {
    url: handshake.url,
    method: 'GET',
    headers: handshake.headers,
    rawHeaders: handshake.rawHeaders,
    socket: { remoteAddress: handshake.remoteAddress, encrypted: handshake.secure },
  };
}
