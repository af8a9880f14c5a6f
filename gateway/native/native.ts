import type { IncomingMessage } from 'node:http';
import { WebSocketServer } from 'ws';
import type { Accepted, Backend } from '../backend/backend.ts';
import type { Clock } from '../base/clock.ts';
import type { ClosedConnection } from '../base/connection-log.ts';
import type { RouteCounters, TransportCounters } from '../base/counters.ts';
import type { Log } from '../base/log.ts';
import type { Channel } from '../channel/channel.ts';
import { pipe, Traffic } from '../channel/pipe.ts';
import { WsChannel } from '../channel/ws-channel.ts';
import { wsLimits } from '../channel/ws-limits.ts';
import type { CloseStatus } from '../protocol/close.ts';
import { CLOSES } from '../protocol/close-table.ts';
import { type MessageRates, Meter } from '../protocol/meter.ts';
import { checkHandshake, checkVersion, plainVersion } from './handshake-rules.ts';
import { HixieChannel } from './hixie-channel.ts';
import { answerHixie, checkHixieHandshake, hixieDraft } from './hixie-handshake.ts';
import { type OpenConnection, runConnection } from './lifecycle.ts';
import type { NativeConnection, UpgradeRequest } from './upgrade-request.ts';

/** Bounds and times of native connections. */
export interface NativeOptions {
  readonly clock: Clock;
  /** The route's log. */
  readonly log: Log;
  /** Bytes a message may have; a longer one ends the connection with 1009. */
  readonly maxMessage: number;
  /**
   * Milliseconds of silence after which a client is pinged; 0 for never. IE 10 and 11 drop an idle
   * connection after 30 s.
   */
  readonly clientPing: number;
  /** What a client may send in a time. */
  readonly rates?: MessageRates | undefined;
  /** Of the route; absent: nobody counts. */
  readonly counters?: RouteCounters | undefined;
}

/** A channel over a client's own connection. */
type ClientChannel = WsChannel | HixieChannel;

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
    const { clock, log, counters } = this.#options;
    return runConnection(request, { clock, log, counters, backend: backend.name }, (admitted, signal) =>
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

/** A client joined with its backend. */
class JoinedChannels implements OpenConnection {
  readonly protocol: string;
  readonly #client: ClientChannel;
  readonly #near: Channel;
  readonly #far: Channel;
  readonly #traffic: Traffic;
  /** What the gateway closed the connection with. */
  #own: CloseStatus | undefined;

  /** `near` carries the client's messages. */
  constructor(
    client: ClientChannel,
    near: Channel,
    accepted: Accepted,
    counters: TransportCounters | undefined,
    meter: Meter | undefined,
  ) {
    this.#client = client;
    this.#near = near;
    this.#far = accepted.channel;
    this.protocol = accepted.protocol;
    this.#traffic = new Traffic(counters, meter, meter && ((status) => this.close(status)));
    pipe(near, this.#far, this.#traffic);
  }

  close(status: CloseStatus): void {
    this.#own ??= status;
    this.#near.close(status);
    // Behind a drain the client's last messages still get there.
    if (status !== CLOSES.goingAway) this.#far.close(status);
  }

  summary(): ClosedConnection {
    const { fromA, fromB, closed } = this.#traffic;
    const { failure } = this.#client;
    const own = this.#own;
    const by = closed?.end === 'b' ? 'backend' : 'client';
    return {
      code: own?.code ?? closed?.status.code,
      by: failure === undefined && own === undefined ? by : 'gateway',
      ...(own?.reason && { reason: own.reason }),
      ...failure,
      messagesIn: fromA.messages,
      bytesIn: fromA.bytes,
      messagesOut: fromB.messages,
      bytesOut: fromB.bytes,
    };
  }
}
