import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { Accepted, Backend } from '../backend/backend.ts';
import type { Clock } from '../base/clock.ts';
import { RefusedError, RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { answerRaw } from '../base/raw-answer.ts';
import type { Channel } from '../channel/channel.ts';
import { pipe } from '../channel/pipe.ts';
import { WsChannel } from '../channel/ws-channel.ts';
import { CloseCode } from '../protocol/close.ts';
import { checkHandshake, checkVersion, plainVersion } from './handshake-rules.ts';
import { HixieChannel } from './hixie-channel.ts';
import { answerHixie, checkHixieHandshake, hixieDraft } from './hixie-handshake.ts';
import type { NativeConnection, UpgradeRequest } from './upgrade-request.ts';

/** Bounds and times of native connections. */
export interface NativeOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Bytes a message may have; a longer one ends the connection with 1009. */
  readonly maxMessage: number;
  /** Milliseconds of silence after which a client is pinged; 0 for never. IE 10 and 11 drop an idle connection after 30 s. */
  readonly clientPing: number;
}

/**
 * The end of native WebSocket connections that are not spliced: those of a route that does not lead to a WebSocket server, and those of the hixie drafts everywhere.
 * The client is answered 101 only when the backend has accepted, with the subprotocol that it selected.
 */
export class NativeEndpoint {
  readonly #options: NativeOptions;
  readonly #server: WebSocketServer;
  /** What the backend answered, by the request that `ws` is shown. */
  readonly #answers = new WeakMap<object, Accepted>();

  constructor(options: NativeOptions) {
    this.#options = options;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: options.maxMessage,
      handleProtocols: (_offered, request) => this.#answers.get(request)?.protocol || false,
    });
    this.#server.on('headers', (lines, request) => {
      for (const cookie of this.#answers.get(request)?.cookies ?? []) lines.push(`Set-Cookie: ${cookie}`);
    });
  }

  /** Connects a client with a backend, or refuses it. */
  connect(request: UpgradeRequest, backend: Backend): NativeConnection {
    const giveUp = new AbortController();
    let channel: Channel | undefined;
    const finished = new Promise<void>((resolve) => request.socket.once('close', () => resolve()));
    request.socket.once('close', () => giveUp.abort());
    request.socket.on('error', () => request.socket.destroy());
    this.#open(request, backend, giveUp.signal).then(
      (opened) => {
        channel = opened;
      },
      (error: unknown) => {
        if (!giveUp.signal.aborted) this.#refuse(request.socket, backend, error);
      },
    );
    return {
      finished,
      drain: () => {
        giveUp.abort();
        if (channel) channel.close({ code: CloseCode.goingAway, reason: '' });
        else answerRaw(request.socket, 503, 'going away');
      },
    };
  }

  async #open(request: UpgradeRequest, backend: Backend, signal: AbortSignal): Promise<Channel | undefined> {
    const { handshake } = request;
    const draft = hixieDraft(handshake);
    if (draft === undefined) {
      checkHandshake(handshake);
      checkVersion(handshake);
    } else {
      checkHixieHandshake(handshake);
    }
    const accepted = await backend.connect(handshake, signal);
    const { channel: far, protocol } = accepted;
    let channel: Channel | undefined;
    if (!signal.aborted) {
      channel =
        draft === undefined
          ? this.#upgrade(request, accepted)
          : await this.#upgradeHixie(request, protocol, signal);
    }
    if (channel && request.wrapChannel) channel = request.wrapChannel(channel);
    if (channel) pipe(channel, far);
    else far.close({ code: CloseCode.goingAway, reason: '' });
    return channel;
  }

  /**
   * Answers 101 and makes a channel of the connection. The subprotocol is one that the client offered, or empty. Without a channel
   * the client was gone or its handshake bad; then it has been answered.
   */
  #upgrade(request: UpgradeRequest, accepted: Accepted): Channel | undefined {
    const { handshake, socket, head } = request;
    const version = plainVersion(String(handshake.headers['sec-websocket-version']));
    const headers = { ...handshake.headers, 'sec-websocket-version': version };
    let channel: Channel | undefined;
    // All that `ws` reads of a request when it verifies no client itself.
    const message = { method: 'GET', url: handshake.url, headers, socket };
    this.#answers.set(message, accepted);
    this.#server.handleUpgrade(message as unknown as IncomingMessage, socket, head, (ws) => {
      socket.setKeepAlive(true, 60_000);
      channel = new WsChannel(ws, socket, this.#options.clock, this.#options.clientPing);
    });
    return channel;
  }

  async #upgradeHixie(
    request: UpgradeRequest,
    protocol: string,
    signal: AbortSignal,
  ): Promise<Channel | undefined> {
    const { clock, maxMessage } = this.#options;
    const driver = await answerHixie(request, protocol, clock, signal);
    return driver && new HixieChannel(driver, request.socket, clock, maxMessage);
  }

  #refuse(socket: Socket, backend: Backend, error: unknown): void {
    const { log } = this.#options;
    if (error instanceof RequestError) {
      log.info('handshake refused', { status: error.status, reason: error.message });
      const fields = error.status === 426 ? ['Sec-WebSocket-Version', '13, 8, 7'] : [];
      answerRaw(socket, error.status, error.message, fields);
      return;
    }
    const status = error instanceof RefusedError ? (error.status ?? 502) : 502;
    log.warn('backend refused', { backend: backend.name, reason: String(error) });
    answerRaw(socket, status < 300 ? 502 : status, 'the backend did not accept');
  }
}
