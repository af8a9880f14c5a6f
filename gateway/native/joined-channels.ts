import type { Accepted } from '../backend/backend.ts';
import type { ClosedConnection } from '../base/connection-log.ts';
import type { Flow, TransportCounters } from '../base/counters.ts';
import type { Channel } from '../channel/channel.ts';
import { Direction, join } from '../channel/pipe.ts';
import type { WsChannel } from '../channel/ws-channel.ts';
import type { CloseStatus } from '../protocol/close.ts';
import { CLOSES } from '../protocol/close-table.ts';
import type { Message } from '../protocol/message.ts';
import type { Meter } from '../protocol/meter.ts';
import type { HixieChannel } from './hixie-channel.ts';
import type { OpenConnection } from './lifecycle.ts';

/** A channel over a client's own connection. */
export type ClientChannel = WsChannel | HixieChannel;

/** A client joined with its backend. */
export class JoinedChannels implements OpenConnection {
  readonly protocol: string;
  /** Of the route; absent: nobody adds them up. */
  readonly counters: TransportCounters | undefined;
  /** Measures what the client sends; absent: it may send as much as it likes. */
  readonly meter: Meter | undefined;
  readonly #client: ClientChannel;
  readonly #fromClient: FromClient;
  readonly #fromBackend: FromBackend;
  /** Who closed first, and how. Undefined: neither has. */
  #closed: { readonly by: 'client' | 'backend'; readonly status: CloseStatus } | undefined;
  /** What the gateway closed the connection with. */
  #own: CloseStatus | undefined;

  /** `near` carries the client's messages. */
  constructor(
    client: ClientChannel,
    near: Channel,
    { channel: far, protocol }: Accepted,
    counters: TransportCounters | undefined,
    meter: Meter | undefined,
  ) {
    this.#client = client;
    this.protocol = protocol;
    this.counters = counters;
    this.meter = meter;
    this.#fromClient = new FromClient(near, far, this);
    this.#fromBackend = new FromBackend(far, near, this);
    join(this.#fromClient, this.#fromBackend);
  }

  close(status: CloseStatus): void {
    this.#own ??= status;
    const { from: near, to: far } = this.#fromClient;
    near.close(status);
    // Behind a drain the client's last messages still get there.
    if (status !== CLOSES.goingAway) far.close(status);
  }

  /** The first call decides who ended the connection. */
  closedBy(by: 'client' | 'backend', status: CloseStatus): void {
    this.#closed ??= { by, status };
  }

  summary(): ClosedConnection {
    const { failure } = this.#client;
    const { by = 'client', status } = this.#closed ?? {};
    const own = this.#own;
    return {
      code: own?.code ?? status?.code,
      by: failure === undefined && own === undefined ? by : 'gateway',
      ...(own?.reason && { reason: own.reason }),
      ...failure,
      messagesIn: this.#fromClient.messages,
      bytesIn: this.#fromClient.bytes,
      messagesOut: this.#fromBackend.messages,
      bytesOut: this.#fromBackend.bytes,
    };
  }
}

/** A direction whose messages are counted. */
abstract class CountedDirection extends Direction implements Flow {
  messages = 0;
  bytes = 0;
  protected readonly joined: JoinedChannels;

  constructor(from: Channel, to: Channel, joined: JoinedChannels) {
    super(from, to);
    this.joined = joined;
  }

  protected count(size: number, total: Flow | undefined): void {
    this.messages++;
    this.bytes += size;
    if (total === undefined) return;
    total.messages++;
    total.bytes += size;
  }
}

class FromClient extends CountedDirection {
  override message(message: Message): void {
    const { meter, counters } = this.joined;
    const excess = meter?.take(1, message.size);
    if (excess !== undefined) {
      this.joined.close(excess);
      return;
    }
    this.count(message.size, counters?.up);
    super.message(message);
  }

  override closed(status: CloseStatus): void {
    this.joined.closedBy('client', status);
    super.closed(status);
  }
}

class FromBackend extends CountedDirection {
  override message(message: Message): void {
    this.count(message.size, this.joined.counters?.down);
    super.message(message);
  }

  override closed(status: CloseStatus): void {
    this.joined.closedBy('backend', status);
    super.closed(status);
  }
}
