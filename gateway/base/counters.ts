import { Tally } from './tally.ts';

/** Counts of one direction. */
export interface Flow {
  messages: number;
  /** Bytes of payload; on a spliced connection, bytes of frames. */
  bytes: number;
}

/** What one transport of a route has carried. */
export class TransportCounters {
  readonly name: string;
  /** Connections that began on it. */
  opens = 0;
  /** From the clients to the backend. */
  readonly up: Flow = { messages: 0, bytes: 0 };
  /** From the backend to the clients. */
  readonly down: Flow = { messages: 0, bytes: 0 };

  constructor(name: string) {
    this.name = name;
  }
}

/** Upper bounds of the classes of a `Durations`, in seconds. The last class has no bound. */
export const DURATION_BOUNDS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** How often something took how long. */
export class Durations {
  /** Of each class alone, not added up. */
  readonly counts: number[] = Array(DURATION_BOUNDS.length + 1).fill(0);
  /** Seconds of all together. */
  sum = 0;

  add(seconds: number): void {
    const at = DURATION_BOUNDS.findIndex((bound) => seconds <= bound);
    const index = at < 0 ? DURATION_BOUNDS.length : at;
    this.counts[index] = (this.counts[index] as number) + 1;
    this.sum += seconds;
  }
}

/** How a client is connected: its own WebSocket, a fallback session, or one of SockJS. */
export type ConnectionKind = 'native' | 'fallback' | 'sockjs';

/** The transport of native WebSockets. `websocket` is a session that a WebSocket carries. */
const NATIVE = 'native';

/** The transport of a session before its first downstream. */
const NONE = 'none';

/** Reasons of a Close with which the gateway ends a client that sends too much. */
const RATE_CLOSES: Readonly<Record<string, string>> = {
  'too many messages': 'messages',
  'too many bytes': 'bytes',
};

/** What the connections of one route have done. They never go down, but for `natives`. */
export class RouteCounters {
  /** Its path, or `/`. */
  readonly route: string;
  readonly native = new TransportCounters(NATIVE);
  readonly unattached = new TransportCounters(NONE);
  readonly #transports = new Map<string, TransportCounters>([
    [NATIVE, this.native],
    [NONE, this.unattached],
  ]);
  /** By kind. */
  readonly opens = new Tally();
  /** By transport before, transport behind, and why the first one ended. */
  readonly moves = new Tally();
  /** By transport and reason. */
  readonly downgrades = new Tally();
  /** By close code and who ended the connection. */
  readonly closes = new Tally();
  /** By what there was too much of. */
  readonly rateCloses = new Tally();
  /** Native connections that are open now. */
  natives = 0;
  /** Downstreams that came behind one that had broken off. */
  resumes = 0;
  /** Frames that were written again. */
  replays = 0;
  /** Requests whose answers had to wait for the backend. */
  delayed = 0;
  /** Times from dialling the backend until it accepted. */
  readonly connects = new Durations();
  /** Attempts to reach the backend that it refused, or that failed. */
  failures = 0;
  /** Attempts that failed since the last one that did not. */
  failing = 0;
  /** Why the last attempt failed. */
  lastFailure: { readonly reason: string; readonly at: number } | undefined;

  constructor(route: string) {
    this.route = route;
  }

  /** The counters of a transport: to be kept, not to be looked up for each message. */
  transport(name: string): TransportCounters {
    let counters = this.#transports.get(name);
    if (counters === undefined) {
      counters = new TransportCounters(name);
      this.#transports.set(name, counters);
    }
    return counters;
  }

  get transports(): IterableIterator<TransportCounters> {
    return this.#transports.values();
  }

  opened(kind: ConnectionKind): void {
    this.opens.add(kind);
    if (kind !== 'native') return;
    this.native.opens++;
    this.natives++;
  }

  /** `why`: how the transport before ended. */
  moved(from: string, to: string, why: string): void {
    this.moves.add(from, to, why);
  }

  /** A client is on `transport`, and not on a better one, for a reason of a fixed table. */
  downgraded(transport: string, reason: string): void {
    this.downgrades.add(transport, reason);
  }

  /** `reason` is that of the gateway's own Close, or empty. */
  closed(code: number | undefined, by: string, reason: string): void {
    this.closes.add(codeLabel(code), by);
    const limit = RATE_CLOSES[reason];
    if (by === 'gateway' && limit !== undefined) this.rateCloses.add(limit);
  }

  connected(seconds: number): void {
    this.connects.add(seconds);
    this.failing = 0;
  }

  /** `at` is in milliseconds of the gateway's clock. */
  notConnected(reason: string, at: number): void {
    this.failures++;
    this.failing++;
    this.lastFailure = { reason, at };
  }
}

/** RFC 6455 §7.4.2: applications have codes of their own, as many as they like. */
function codeLabel(code: number | undefined): string {
  if (code === undefined) return 'none';
  if (code >= 1000 && code <= 1015) return String(code);
  if (code >= 3000 && code < 5000) return `${Math.floor(code / 1000)}xxx`;
  return 'other';
}

/** What one process has done, by route: plain numbers, read when there is a query. */
export class Counters {
  readonly #routes = new Map<string, RouteCounters>();
  /** By error code. */
  readonly refusals = new Tally();
  /** Errors in the gateway itself. */
  internalErrors = 0;

  /** The counters of a route, to be kept by it. `path` is its path, or empty. */
  route(path: string): RouteCounters {
    const name = path || '/';
    let counters = this.#routes.get(name);
    if (counters === undefined) {
      counters = new RouteCounters(name);
      this.#routes.set(name, counters);
    }
    return counters;
  }

  get routes(): IterableIterator<RouteCounters> {
    return this.#routes.values();
  }

  refused(code: string): void {
    this.refusals.add(code);
  }

  /**
   * A client of a route is on `transport`, and not on a better one. `reason` is a word of a fixed
   * table.
   */
  downgraded(route: string, transport: string, reason: string): void {
    this.route(route).downgraded(transport, reason);
  }
}
