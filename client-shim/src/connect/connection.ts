import type { Bytes } from '../lang/bytes.ts';

/** What to connect to, after the facade has checked and mapped the page's URL. */
export interface Target {
  /** `ws://host:port/path?query` as the network sees it; no fragment. */
  url: string;
  /** Requested subprotocols; may be empty. */
  protocols: string[];
  /** Serialized origin of the page. */
  origin: string;
  /** Allowed transports, in order; null = the default order. */
  transports: string[] | null;
  /** Whether a hidden page may rest (PROTOCOL.md §6.6). */
  _rests?: boolean;
  /**
   * This is the bridge, at the gateway's own origin, which connects for a page of `origin`
   * (PROTOCOL.md §14).
   */
  _bridged?: boolean;
  /** Of the bridge: what became of the page's own steps, encoded (PROTOCOL.md §3.5). */
  _steps?: string | undefined;
}

/**
 * A message. A string is text: scalar values only, lone surrogates have been replaced. Binary is an
 * ArrayBuffer or Uint8Array where the engine has typed arrays (for `send` always a Uint8Array),
 * else `Bytes`; the facade has read Blobs.
 */
export type Payload = string | Bytes | ArrayBuffer | Uint8Array;

/**
 * The events of a connection. None of them may be called during `connect` or during a method of the
 * connection: the page's handlers must not run before the page's own task has ended.
 */
export interface ConnectionEvents {
  /** Established; `protocol` and `extensions` as the backend chose them, or empty. */
  open(protocol: string, extensions: string): void;
  message(data: Payload): void;
  /** The network took that many payload bytes of earlier `send` calls: bufferedAmount falls. */
  sent(bytes: number): void;
  /** The peer's Close arrived; `closed` follows. */
  closing(): void;
  /** Exactly once, as the last. `failed`: an error event comes before close. */
  closed(code: number, reason: string, wasClean: boolean, failed: boolean): void;
  /** A step was taken. The only event that may be called during a method. */
  step?(transport: string, what: string): void;
}

/** One step of the shim, for `ws.diagnostics`. */
export interface Step {
  /** Milliseconds since the socket was made. */
  time: number;
  /** Name of the transport, or empty. */
  transport: string;
  /** What happened, in a few words. */
  what: string;
}

export interface Connection {
  /**
   * Queues a message of `size` payload bytes; may be called from `open` until `closed`. The
   * connection owns binary data from then on.
   */
  send(data: Payload, size: number): void;
  /**
   * Starts the closing handshake after what was sent; 1005 = a Close without code. Before `open` it
   * fails the connection.
   */
  close(code: number, reason: string): void;
  /**
   * Brings `sent` up to date before the page reads bufferedAmount. `sent` may be called during this
   * method only. Without a call, `sent` is brought up to date before the next event.
   */
  settle(): void;
  /** The page is unloaded: aborts at once, without events. */
  _unload(): void;
  /**
   * The page goes into the back/forward cache (true), where it would hold a request that nobody
   * reads, or comes out of it (false).
   */
  _freeze(frozen: boolean): void;
  /** Name of the transport in use, empty before there is one. */
  transport(): string;
  diagnostics(): Step[];
}

/** Starts to connect; returns before any event. */
export type Connect = (target: Target, events: ConnectionEvents) => Connection;
