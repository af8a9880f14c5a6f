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
import { answerRaw } from '../base/raw-answer.ts';
import { logRefusedRequest } from '../base/refused-request.ts';
import type { HandshakeEnd } from '../base/seen-handshakes.ts';
import type { CloseStatus } from '../protocol/close.ts';
import { CLOSES } from '../protocol/close-table.ts';
import { Handshaking } from './handshaking.ts';
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
  const begin = async (handshaking: Handshaking): Promise<OpenConnection | undefined> => {
    const { signal } = handshaking;
    const admitted = await admit?.(request.handshake, signal);
    if (admitted === undefined) return open(request, signal);
    handshaking.admitted = admitted;
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
  readonly #context: LifecycleContext;
  readonly #socket: Socket;
  #client: ConnectionClient;
  /** Ends the auth server's watch over the connection. */
  #unwatch: (() => void) | undefined;
  readonly #dialect: string | undefined;
  /** Absent when the handshake is done, and then how it ended. */
  #handshaking: Handshaking | undefined;
  #end: HandshakeEnd | undefined;
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
    this.#handshaking = new Handshaking(request);
    (socket as ConnectedSocket)[CONNECTION] = this;
    socket.on('close', Connection.#onClose);
  }

  get answered(): Promise<HandshakeEnd | undefined> {
    return this.#handshaking?.answered ?? Promise.resolve(this.#end);
  }

  // The listeners are the same functions for all connections, since most of them wait for days.

  static readonly #onClose = function (this: ConnectedSocket): void {
    const connection = this[CONNECTION] as Connection;
    connection.#giveUp();
    // The channel learns of its end in this turn of the loop, some of it after this listener.
    setImmediate(Connection.#finish, connection);
  };

  static #finish(connection: Connection): void {
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
    open: (handshaking: Handshaking) => Promise<OpenConnection | undefined>,
    refused: (error: unknown) => void,
  ): void {
    const handshaking = this.#handshaking as Handshaking;
    open(handshaking).then(
      (opened) => {
        this.#settle(opened === undefined ? this.#refused : 'accepted');
        if (opened !== undefined) this.#run(opened, handshaking.admitted);
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
    this.#handshaking?.giveUp();
  }

  /** What a handshake that was not accepted ends with. */
  get #refused(): HandshakeEnd | undefined {
    return this.#isGivenUp ? undefined : 'refused';
  }

  #settle(end: HandshakeEnd | undefined): void {
    this.#end = end;
    this.#handshaking?.settle(end);
    this.#handshaking = undefined;
  }

  #run(opened: OpenConnection, admitted: Admitted | undefined): void {
    const { clock, log } = this.#context;
    this.#opened = opened;
    this.#openedAt = clock.now();
    this.#context.counters?.opened('native');
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

const CONNECTION = Symbol('connection');

type ConnectedSocket = Socket & { [CONNECTION]?: Connection };
