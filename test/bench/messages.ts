/** A server's answer to `usage`: what it has used since it began. */
export interface Usage {
  /** User and system time of all threads, µs. */
  readonly cpu: number;
  /** Resident set, bytes. */
  readonly rss: number;
  /** JavaScript heap and what hangs on it (array buffers), bytes. */
  readonly heap: number;
}

/** Requests to a server process. */
export type Question = { readonly ask: 'usage'; readonly collect: boolean };

/** What a server process says. */
export type ServerMessage =
  | { readonly port: number; readonly statusPort?: number | undefined }
  | { readonly usage: Usage };

/** Where a dialect connects to, and how. */
export interface Target {
  readonly port: number;
  /** URL path of the endpoint. */
  readonly path: string;
  /** Header lines that every request carries, each ended by CR LF. */
  readonly headers: string;
  /**
   * Ports of a gateway's nodes, by the beginning of their names; a connection goes to any of them.
   * Absent: all go to `port`.
   */
  readonly nodes?: Readonly<Record<string, number>>;
  /** The connections of a session go to its node: so does a balancer that reads the address. */
  readonly routed?: boolean;
}

/** What the load generator is to do, in one process of its own. */
export type Task = { readonly dialect: string; readonly target: Target } & Work;

/** What is done, whoever is at the other end. */
export type Work =
  | {
      readonly kind: 'echo' | 'push';
      readonly sessions: number;
      /** Bytes of a message. */
      readonly size: number;
      readonly warmUp: number;
      readonly duration: number;
    }
  | {
      readonly kind: 'turns';
      readonly sessions: number;
      /** Messages under way. */
      readonly concurrency: number;
      readonly size: number;
      readonly warmUp: number;
      readonly duration: number;
    }
  | {
      readonly kind: 'open';
      readonly concurrency: number;
      readonly size: number;
      readonly warmUp: number;
      readonly duration: number;
    }
  | {
      readonly kind: 'get';
      /** Connections. */
      readonly sessions: number;
      readonly warmUp: number;
      readonly duration: number;
    }
  | { readonly kind: 'idle'; readonly sessions: number; readonly warmUp: number }
  | { readonly kind: 'wire'; readonly size: number; readonly count: number };

/** A result is a set of named figures. */
export type Figures = Readonly<Record<string, number>>;

/** What the load generator says: at the edges of the measured time, and at the end. */
export type LoadMessage =
  | { readonly mark: 'begin' | 'end' }
  | { readonly figures: Figures }
  | { readonly failure: string };
