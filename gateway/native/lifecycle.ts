import type { Socket } from 'node:net';
import { logRefusal } from '../backend/log-refusal.ts';
import type { Clock } from '../base/clock.ts';
import { type ClosedConnection, connectionId, logClosed, logOpened } from '../base/connection-log.ts';
import { RefusedError, RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { answerRaw } from '../base/raw-answer.ts';
import type { NativeConnection, UpgradeRequest } from './upgrade-request.ts';
import { HandshakeRefusedError } from './upstream-handshake.ts';

/** What the life cycle needs of its surroundings. */
export interface LifecycleContext {
  readonly clock: Clock;
  /** The route's log. */
  readonly log: Log;
  /** Name of the backend, for log lines. */
  readonly backend: string;
}

/** A connection whose handshake is done. */
export interface OpenConnection {
  /** The selected subprotocol, or the empty string. */
  readonly protocol: string;
  /** Closes both sides with 1001. */
  goAway(): void;
  /** Fulfilled when the backend's connection is gone, too. Absent: nobody knows. */
  readonly backendGone?: Promise<void>;
  /** What the log says about its end. Called when the client's connection is gone. */
  summary(): ClosedConnection;
}

/**
 * Runs a native connection from its Upgrade to its end. `open` does the handshake; it answers
 * undefined if it has ended the client's connection itself. When it rejects, the client is refused.
 */
export function runConnection(
  request: UpgradeRequest,
  context: LifecycleContext,
  open: (signal: AbortSignal) => Promise<OpenConnection | undefined>,
): NativeConnection {
  // The closures below live as long as the connection: they must not hold the request.
  const { socket } = request;
  const { remoteAddress, openAccount } = request.handshake;
  const dialect = request.wrapChannel && 'sockjs';
  const { clock, log } = context;
  // Dropped when the handshake is done, so that an open connection holds no signal.
  let handshaking: AbortController | undefined = new AbortController();
  let account = openAccount?.();
  account?.set(weightOf(request));
  let opened: OpenConnection | undefined;
  let logEnd = (): void => {};
  let isDrained = false;
  let isGivenUp = false;
  let isGone = false;
  const giveUp = (): void => {
    isGivenUp = true;
    handshaking?.abort();
  };
  const finished = new Promise<void>((resolve) => {
    socket.once('close', () => {
      giveUp();
      // The channel learns of its end in this turn of the loop, some of it after this listener.
      setImmediate(() => {
        isGone = true;
        logEnd();
        resolve(opened?.backendGone);
      });
    });
  });
  socket.on('error', () => socket.destroy());
  const run = (connection: OpenConnection): void => {
    opened = connection;
    const { protocol } = connection;
    const fields = { session: connectionId(), remoteAddress, transport: 'websocket', dialect, protocol };
    const ownLog = logOpened(log, fields);
    const start = clock.now();
    logEnd = () => {
      const summary = connection.summary();
      const closed = isDrained ? { ...summary, code: 1001, by: 'gateway' as const } : summary;
      logClosed(ownLog, closed, clock.now() - start);
    };
    if (isGone) logEnd();
  };
  const settle = (): void => {
    handshaking = undefined;
    account?.close();
    account = undefined;
  };
  open(handshaking.signal).then(
    (connection) => {
      settle();
      if (connection !== undefined) run(connection);
    },
    (error: unknown) => {
      settle();
      if (!isGivenUp) refuse(socket, context, remoteAddress, error);
    },
  );
  return {
    finished,
    drain: () => {
      isDrained = true;
      giveUp();
      if (opened) opened.goAway();
      else answerRaw(socket, 503, 'going away');
    },
  };
}

/**
 * Bytes that a handshake occupies until the backend has answered: its fields, twice because they
 * are repeated upstream, and the read from the network that holds the bytes behind them.
 */
function weightOf({ handshake, head }: UpgradeRequest): number {
  let bytes = head.length === 0 ? 0 : head.buffer.byteLength;
  for (const nameOrValue of handshake.rawHeaders) bytes += 2 * nameOrValue.length;
  return bytes;
}

/**
 * Answers a handshake that is not accepted. A status below 300 would tell the client that all is
 * well. A redirect is passed without its `Location`, which would name the upstream's own address.
 */
function refuse(
  socket: Socket,
  { log, backend }: LifecycleContext,
  remoteAddress: string,
  error: unknown,
): void {
  if (error instanceof RequestError) {
    const { status, code, message: reason } = error;
    log.info('handshake refused', { status, code, reason, remoteAddress });
    answerRaw(socket, status, reason, status === 426 ? ['Sec-WebSocket-Version', '13, 8, 7'] : []);
    return;
  }
  logRefusal(log, backend, error);
  const status = error instanceof RefusedError ? (error.status ?? 502) : 502;
  const fields = error instanceof HandshakeRefusedError ? error.fields : [];
  answerRaw(socket, status < 300 ? 502 : status, 'the backend did not accept', fields);
}
