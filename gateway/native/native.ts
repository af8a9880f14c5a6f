import type { IncomingMessage } from 'node:http';
import { WebSocketServer } from 'ws';
import type { Accepted, Backend } from '../backend/backend.ts';
import { WsChannel } from '../channel/ws-channel.ts';
import { wsLimits } from '../channel/ws-limits.ts';
import { CLOSES } from '../protocol/close-table.ts';
import { type MessageRates, Meter } from '../protocol/meter.ts';
import { checkHandshake, checkVersion, plainVersion } from './handshake-rules.ts';
import { HixieChannel } from './hixie-channel.ts';
import { answerHixie, checkHixieHandshake, hixieDraft } from './hixie-handshake.ts';
import { type ClientChannel, JoinedChannels } from './joined-channels.ts';
import { type LifecycleContext, type OpenConnection, runConnection } from './lifecycle.ts';
import type { NativeConnection, UpgradeRequest } from './upgrade-request.ts';

/** Bounds and times of native connections. */
export interface NativeOptions extends LifecycleContext {
  /** Bytes a message may have; a longer one ends the connection with 1009. */
  readonly maxMessage: number;
  /**
   * Milliseconds of silence after which a client is pinged; 0 for never. IE 10 and 11 drop an idle
   * connection after 30 s.
   */
  readonly clientPing: number;
  /** What a client may send in a time. */
  readonly rates?: MessageRates | undefined;
}

/**
 * The end of native WebSocket connections that are not spliced: those of a route that does not lead
 * to a WebSocket server, and those of the hixie drafts everywhere. The client is answered 101 only
 * when the backend has accepted, with the subprotocol that it selected.
 */
export class NativeEndpoint {
  readonly #options: NativeOptions;
  readonly #server: WebSocketServer;
  /** What the backend answered, by the request that `ws` is given. */
  readonly #answers = new WeakMap<object, Accepted>();

  constructor(options: NativeOptions) {
    this.#options = options;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      ...wsLimits(options.maxMessage),
      handleProtocols: (_offered, request) => this.#answers.get(request)?.protocol || false,
    });
    this.#server.on('headers', (lines, request) => {
      for (const cookie of this.#answers.get(request)?.cookies ?? []) lines.push(`Set-Cookie: ${cookie}`);
    });
  }

  /** Connects a client with a backend, or refuses it. */
  connect(request: UpgradeRequest, backend: Backend): NativeConnection {
    return runConnection(request, this.#options, backend.name, (admitted, signal) =>
      this.#open(admitted, backend, signal),
    );
  }

  async #open(
    request: UpgradeRequest,
    backend: Backend,
    signal: AbortSignal,
  ): Promise<OpenConnection | undefined> {
    const { handshake } = request;
    const isHixie = hixieDraft(handshake) !== undefined;
    if (isHixie) checkHixieHandshake(handshake);
    else {
      checkHandshake(handshake);
      checkVersion(handshake);
    }
    const accepted = await backend.connect(handshake, signal);
    const { channel: far, protocol } = accepted;
    let client: ClientChannel | undefined;
    if (!signal.aborted) {
      client = isHixie
        ? await this.#upgradeHixie(request, protocol, signal)
        : this.#upgrade(request, accepted);
    }
    if (client === undefined) {
      far.close(CLOSES.goingAway);
      return undefined;
    }
    const { rates, clock, counters } = this.#options;
    const near = request.wrapChannel?.(client) ?? client;
    return new JoinedChannels(client, near, accepted, counters?.native, Meter.of(rates, clock));
  }

  /**
   * Answers 101 and makes a channel of the connection. The subprotocol is one that the client
   * offered, or empty. Undefined: the client is gone, or `ws` has refused its handshake.
   */
  #upgrade(request: UpgradeRequest, accepted: Accepted): WsChannel | undefined {
    const { handshake, socket, head } = request;
    const { clock, clientPing } = this.#options;
    const version = plainVersion(String(handshake.headers['sec-websocket-version']));
    const headers = { ...handshake.headers, 'sec-websocket-version': version };
    let channel: WsChannel | undefined;
    // `ws` reads no more of a request when it verifies no client itself.
    const message = { method: 'GET', url: handshake.url, headers, socket };
    this.#answers.set(message, accepted);
    this.#server.handleUpgrade(message as unknown as IncomingMessage, socket, head, (ws) => {
      socket.setKeepAlive(true, 60_000);
      channel = new WsChannel(ws, socket, { clock, ping: clientPing, openAccount: handshake.openAccount });
    });
    return channel;
  }

  async #upgradeHixie(
    request: UpgradeRequest,
    protocol: string,
    signal: AbortSignal,
  ): Promise<HixieChannel | undefined> {
    const { clock, maxMessage } = this.#options;
    const { socket, handshake } = request;
    const driver = await answerHixie(request, protocol, clock, signal);
    return (
      driver && new HixieChannel(driver, socket, { clock, maxMessage, openAccount: handshake.openAccount })
    );
  }
}
