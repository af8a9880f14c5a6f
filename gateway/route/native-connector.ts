import type { Socket } from 'node:net';
import { type Access, admitUpgrade, upgradeOrigin } from '../access/admission.ts';
import type { Backend, Handshake } from '../backend/backend.ts';
import type { ForwardAuth } from '../backend/forward-auth.ts';
import type { RefusalMemory } from '../backend/refusal-memory.ts';
import type { UpstreamTarget } from '../backend/target.ts';
import type { Clock } from '../base/clock.ts';
import type { Places } from '../base/connection-counts.ts';
import type { RouteCounters } from '../base/counters.ts';
import type { Log } from '../base/log.ts';
import type { MemoryBudget } from '../base/memory-budget.ts';
import type { Channel } from '../channel/channel.ts';
import type { Upgrade } from '../http/upgrade.ts';
import { hixieDraft } from '../native/hixie-handshake.ts';
import { NativeEndpoint } from '../native/native.ts';
import { type SpliceOptions, spliceUpgrade } from '../native/splice.ts';
import type { NativeConnection, UpgradeRequest } from '../native/upgrade-request.ts';
import type { MessageRates } from '../protocol/meter.ts';
import { FramedSocket } from '../transport/sockjs/framed-socket.ts';
import { accountsOf, addressed, handshakeOf, isAnybody, readdressed } from './handshake.ts';

export interface NativeContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: RouteCounters;
  readonly refusals: RefusalMemory;
  readonly memory: MemoryBudget;
  readonly access: Access;
  readonly places: Places;
  readonly route: string;
  /** Who decides about clients beside the backend; absent: nobody. */
  readonly auth: ForwardAuth | undefined;
  /** The field in which trusted proxies name the user; absent: they name none. */
  readonly userHeader: string | undefined;
  readonly backend: Backend;
  /** A WebSocket server that clients are spliced to; absent: messages go through `backend`. */
  readonly target: UpstreamTarget | undefined;
  /** Backend of clients that speak SockJS's frames. */
  readonly framedBackend: Backend;
  /** Bytes of a message. */
  readonly maxMessage: number;
  /** Milliseconds of silence after which a client is pinged; 0 for never. */
  readonly clientPing: number;
  /** What a client may send in a time. */
  readonly rates: MessageRates | undefined;
  /** Milliseconds that a backend may take to accept. */
  readonly connectTimeout: number;
  /** Milliseconds between heart-beats in SockJS's frames. */
  readonly heartbeat: number;
}

/** Connects native WebSockets of one route with its backend. */
export class NativeConnector {
  readonly #context: NativeContext;
  readonly #options: SpliceOptions;
  readonly #endpoint: NativeEndpoint;

  constructor(context: NativeContext) {
    this.#context = context;
    const { clock, log, counters, places, maxMessage, clientPing, rates, connectTimeout } = context;
    this.#options = { clock, log, counters, places, maxMessage, clientPing, rates, connectTimeout };
    this.#endpoint = new NativeEndpoint(this.#options);
  }

  /**
   * Connects a client, or refuses it. `url` replaces the request's: SockJS has its own address for
   * native clients. Throws a `RequestError` if the client may not connect.
   */
  connect(upgrade: Upgrade, url?: string): NativeConnection {
    const { route, backend } = this.#context;
    const request = this.#requestOf(upgrade, url);
    const { handshake } = request;
    // Clients of the hixie drafts have other frames than the server, so they are not spliced.
    const target = hixieDraft(handshake) === undefined ? this.#context.target : undefined;
    return this.#counted(request, () => {
      if (target === undefined) {
        return this.#endpoint.connect(request, url === undefined ? backend : addressed(backend, route, url));
      }
      if (url === undefined) return spliceUpgrade(request, target, this.#options);
      const readdressedRequest = { ...request, handshake: readdressed(handshake, route, url) };
      return spliceUpgrade(readdressedRequest, target, this.#options);
    });
  }

  /**
   * Connects a WebSocket that carries SockJS frames. `url` is the page's. Throws as `connect` does.
   */
  connectFramed(upgrade: Upgrade, url: string): NativeConnection {
    const { clock, memory, heartbeat, framedBackend, route } = this.#context;
    const openAccount = accountsOf(memory, upgrade.remoteAddress);
    const wrapChannel = (channel: Channel): Channel =>
      new FramedSocket(channel, { clock, heartbeat, openAccount });
    const request = { ...this.#requestOf(upgrade, url), wrapChannel };
    const backend = addressed(framedBackend, route, url);
    return this.#counted(request, () => this.#endpoint.connect(request, backend));
  }

  /** Counts a connection from before its backend is dialled. It leaves its place by itself. */
  #counted({ handshake }: UpgradeRequest, connect: () => NativeConnection): NativeConnection {
    const { places } = this.#context;
    const { remoteAddress: address } = handshake;
    places.enter(address);
    try {
      return connect();
    } catch (error) {
      places.leave(address);
      throw error;
    }
  }

  /** `url` is that of the backend's handshake, where it is another. */
  #requestOf(upgrade: Upgrade, url?: string): UpgradeRequest {
    const { access, route, memory, refusals, userHeader, auth } = this.#context;
    admitUpgrade(access, upgrade);
    const origin = upgradeOrigin(upgrade);
    const handshake = handshakeOf(upgrade, {
      route,
      // As sent, with a query that is empty: the answer to a hixie client repeats it.
      url: upgrade.target,
      protocols: protocolsOf(upgrade),
      origin,
      isAnonymous: isAnybody(access, upgrade, origin),
      userHeader,
      memory,
    });
    const native: Handshake = { ...handshake, carrier: 'native' };
    return {
      handshake: native,
      ...(auth && { admit: (given, signal) => auth.admit(given, signal) }),
      refused: (error) => {
        refusals.remember(url === undefined ? native : readdressed(native, route, url), error);
      },
      // Node's server emits the network connection itself.
      socket: upgrade.socket as Socket,
      head: upgrade.head,
    };
  }
}

/** The second name is from draft-hixie-thewebsocketprotocol-75. */
function protocolsOf(upgrade: Upgrade): string[] {
  const list = upgrade.header('sec-websocket-protocol') ?? upgrade.header('websocket-protocol');
  return list?.split(',').map((protocol) => protocol.trim()) ?? [];
}
