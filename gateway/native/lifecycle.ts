import type { Socket } from 'node:net';
import type { Handshake } from '../backend/backend.ts';
import type { Admitted } from '../backend/forward-auth.ts';
import { logBackendRefusal, type RefusedClient, refusedClient } from '../backend/log-refusal.ts';
import type { Clock } from '../base/clock.ts';
import type { Places } from '../base/connection-counts.ts';
import {
  type ClosedConnection,
  type ConnectionClient,
  connectionId,
  logClosed,
  logOpened,
} from '../base/connection-log.ts';
import type { RouteCounters } from '../base/counters.ts';
import { detached } from '../base/detached.ts';
import { RefusedError, RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { MemoryAccount } from '../base/memory-budget.ts';
import { answerRaw } from '../base/raw-answer.ts';
import { logRefusedRequest } from '../base/refused-request.ts';
import type { HandshakeEnd } from '../base/seen-handshakes.ts';
import type { CloseStatus } from '../protocol/close.ts';
import { CLOSES } from '../protocol/close-table.ts';
import type { NativeConnection, NativeOwner, UpgradeRequest } from './upgrade-request.ts';

/** What the life cycle needs of its surroundings. */
export interface LifecycleContext {
  readonly clock: Clock;
  /** The route's log. */
  readonly log: Log;
  /** Of the route; absent: nobody counts. */
  readonly counters?: RouteCounters | undefined;
  /** Where the connection has a place, which it leaves; absent: nobody counts. */
  readonly places?: Places | undefined;
}

/** A connection whose handshake is done. */
export interface OpenConnection {
  /** The selected subprotocol, or the empty string. */
  readonly protocol: string;
  /** Closes both sides with a status of the gateway's own. */
  close(status: CloseStatus): void;
  /** Fulfilled when the backend's connection is gone, too. Absent: nobody knows. */
  readonly backendGone?: Promise<void>;
  /** What the log says about its end. Called when the client's connection is gone. */
  summary(): ClosedConnection;
}

/**
 * Runs a native connection from its Upgrade to its end. `open` does the handshake of an admitted
 * request; it answers undefined if it has ended the client's connection itself. When it rejects,
 * the client is refused. `backend` is the name for log lines.
 */
export function runConnection(
  request: UpgradeRequest,
  context: LifecycleContext,
  backend: string,
  open: (request: UpgradeRequest, signal: AbortSignal) => Promise<OpenConnection | undefined>,
): NativeConnection {
  const connection = new Connection(request, context);
  const { refused, admit } = request;
  const client = refusedClient(request.handshake);
  const begin = async (signal: AbortSignal): Promise<OpenConnection | undefined> => {
    const admitted = await admit?.(request.handshake, signal);
    if (admitted === undefined) return open(request, signal);
    connection.admitted = admitted;
    return open({ ...request, handshake: admitted.handshake }, signal);
  };
  connection.start(begin, (error) => {
    if (error instanceof RefusedError) refused?.(error);
    refuse(request.socket, context.log, backend, client, error);
  });
  return connection;
}

/** It holds nothing of the request: it lives as long as the client's connection. */
class Connection implements NativeConnection {
  readonly answered: Promise<HandshakeEnd | undefined>;
  readonly #context: LifecycleContext;
  readonly #socket: Socket;
  #client: ConnectionClient;
  /** What the auth server said of the client, until the handshake is done. */
  admitted: Admitted | undefined;
  /** Ends the auth server's watch over the connection. */
  #unwatch: (() => void) | undefined;
  readonly #dialect: string | undefined;
  /** Both are dropped when the handshake is done. */
  #handshaking: AbortController | undefined = new AbortController();
  #account: MemoryAccount | undefined;
  #answer: (end: HandshakeEnd | undefined) => void = nothing;
  #owner: NativeOwner | undefined;
  #isFinished = false;
  #opened: OpenConnection | undefined;
  /** Names the open connection in the log. */
  #id: string | undefined;
  #openedAt = 0;
  #isDrained = false;
  #isGivenUp = false;
  #isGone = false;

  constructor(request: UpgradeRequest, context: LifecycleContext) {
    const { socket, handshake, wrapChannel } = request;
    this.#context = context;
    this.#socket = socket;
    this.#client = clientOf(handshake);
    this.#dialect = wrapChannel && 'sockjs';
    this.#account = handshake.openAccount?.();
    this.#account?.set(weightOf(request));
    this.answered = new Promise((resolve) => {
      this.#answer = resolve;
    });
    (socket as ConnectedSocket)[CONNECTION] = this;
    socket.on('close', Connection.#onClose);
  }

  // The listeners are the same functions for all connections, since most of them wait for days.

  static readonly #onClose = function (this: ConnectedSocket): void {
    const connection = this[CONNECTION] as Connection;
    connection.#giveUp();
    // The channel learns of its end in this turn of the loop, some of it after this listener.
    setImmediate(Connection.#end, connection);
  };

  static #end(connection: Connection): void {
    connection.#isGone = true;
    connection.#unwatch?.();
    connection.#logEnd();
    const backendGone = connection.#opened?.backendGone;
    if (backendGone === undefined) connection.#leave();
    else void backendGone.then(() => connection.#leave());
  }

  #leave(): void {
    this.#context.places?.leave(this.#client.remoteAddress);
    this.#isFinished = true;
    this.#owner?.finished(this);
  }

  onFinished(owner: NativeOwner): void {
    this.#owner = owner;
    if (this.#isFinished) owner.finished(this);
  }

  /** Both functions are forgotten when the handshake is done. */
  start(
    open: (signal: AbortSignal) => Promise<OpenConnection | undefined>,
    refused: (error: unknown) => void,
  ): void {
    const { signal } = this.#handshaking as AbortController;
    open(signal).then(
      (opened) => {
        this.#settle(opened === undefined ? this.#refused : 'accepted');
        if (opened !== undefined) this.#run(opened);
      },
      (error: unknown) => {
        this.#settle(this.#refused);
        if (!this.#isGivenUp) refused(error);
      },
    );
  }

  drain(): void {
    this.#isDrained = true;
    this.#giveUp();
    if (this.#opened) this.#opened.close(CLOSES.goingAway);
    else answerRaw(this.#socket, 503, 'going away');
  }

  #giveUp(): void {
    this.#isGivenUp = true;
    this.#handshaking?.abort();
  }

  /** What a handshake that was not accepted ends with. */
  get #refused(): HandshakeEnd | undefined {
    return this.#isGivenUp ? undefined : 'refused';
  }

  #settle(end: HandshakeEnd | undefined): void {
    this.#answer(end);
    this.#answer = nothing;
    this.#handshaking = undefined;
    this.#account?.close();
    this.#account = undefined;
  }

  #run(opened: OpenConnection): void {
    const { clock, log } = this.#context;
    this.#opened = opened;
    this.#openedAt = clock.now();
    this.#context.counters?.opened('native');
    const { admitted } = this;
    this.admitted = undefined;
    if (admitted !== undefined) {
      this.#client = { ...this.#client, user: admitted.handshake.user };
      if (!this.#isGone) this.#unwatch = admitted.watch(() => opened.close(CLOSES.loginEnded));
    }
    this.#id = connectionId();
    logOpened(log, {
      session: this.#id,
      ...this.#client,
      transport: 'websocket',
      dialect: this.#dialect,
      protocol: opened.protocol,
    });
    if (this.#isGone) this.#logEnd();
  }

  #logEnd(): void {
    if (this.#id === undefined || this.#opened === undefined) return;
    const { log, clock, counters } = this.#context;
    const summary = { carriers: 'websocket', ...this.#opened.summary() };
    const closed = this.#isDrained ? { ...summary, code: 1001, by: 'gateway' as const } : summary;
    if (counters !== undefined) {
      counters.natives--;
      counters.closed(closed.code, closed.by, closed.reason ?? '');
    }
    logClosed(log.with({ session: this.#id }), this.#client, closed, clock.now() - this.#openedAt);
  }
}

/** It stays as long as the connection, and must not keep the request's head. */
function clientOf({ remoteAddress, headers, user }: Handshake): ConnectionClient {
  const origin = headers.origin ?? headers['sec-websocket-origin'];
  return { remoteAddress, origin: typeof origin === 'string' ? detached(origin) : undefined, user };
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
function refuse(socket: Socket, log: Log, backend: string, client: RefusedClient, error: unknown): void {
  if (error instanceof RequestError) {
    const { status, message: reason } = error;
    logRefusedRequest(log, client, error);
    answerRaw(socket, status, reason, status === 426 ? ['Sec-WebSocket-Version', '13, 8, 7'] : []);
    return;
  }
  logBackendRefusal(log, backend, client, error);
  const status = error instanceof RefusedError ? (error.status ?? 502) : 502;
  const fields = error instanceof RefusedError ? error.fields : [];
  answerRaw(socket, status < 300 ? 502 : status, 'the backend did not accept', fields);
}

function nothing(): void {}

const CONNECTION = Symbol('connection');

type ConnectedSocket = Socket & { [CONNECTION]?: Connection };
