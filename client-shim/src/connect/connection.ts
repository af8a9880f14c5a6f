import type { Bytes } from '../lang/bytes.ts';

/** What is to be connected, after the facade has checked and mapped the page's URL. */
export interface Target {
  /** `ws://host:port/path?query` as the network sees it; no fragment. */
  url: string;
  /** Subprotocols asked for; may be empty. */
  protocols: string[];
  /** Serialized origin of the page. */
  origin: string;
  /** Transports allowed, in order; null = the default order. */
  transports: string[] | null;
  /** This is the bridge, at the gateway's own origin, and connects for a page of `origin` (PROTOCOL.md §14). */
  _bridged?: boolean;
}

/**
 * A message. A string is text (scalar values only, lone surrogates are gone). Binary is an ArrayBuffer or Uint8Array where the
 * engine has typed arrays (to `send` always a Uint8Array), `Bytes` where not; Blobs have been read by the facade.
 */
export type Payload = string | Bytes | ArrayBuffer | Uint8Array;

/**
 * What a connection tells its socket. None of these may be called from within `connect` or a method of the connection: the page's
 * handlers must not run before the page's own task has ended.
 */
export interface ConnectionEvents {
  /** Established; `protocol` and `extensions` as the backend chose them, or empty. */
  open(protocol: string, extensions: string): void;
  message(data: Payload): void;
  /** That many payload bytes of earlier `send` calls were taken by the network: bufferedAmount falls. */
  sent(bytes: number): void;
  /** The peer's Close was seen; `closed` follows. */
  closing(): void;
  /** Exactly once, the last. `failed`: an error event comes before close. */
  closed(code: number, reason: string, wasClean: boolean, failed: boolean): void;
  /** A step was taken; the one event that may come from within. */
  step?(transport: string, what: string): void;
}

/** One step the shim took, for `ws.diagnostics`. */
export interface Step {
  /** Milliseconds since the socket was made. */
  time: number;
  /** Name of the transport, or empty. */
  transport: string;
  /** What happened, in a few words. */
  what: string;
}

export interface Connection {
  /** Queues a message of `size` payload bytes; may be called from `open` until `closed`. Binary data is the connection's to keep. */
  send(data: Payload, size: number): void;
  /** Starts the closing handshake behind what was sent; 1005 = a Close without code. Before open: fails the connection. */
  close(code: number, reason: string): void;
  /** Brings `sent` up to date: called before the page reads bufferedAmount, and the one case in which `sent` may be called from
   * within. What is not asked is brought up to date before the next event. */
  settle(): void;
  /** The page is being left: abort at once, no events. */
  _unload(): void;
  /** The page goes into the back/forward cache (true), where it would hold a request that nobody reads, or comes out of it (false). */
  _freeze(resting: boolean): void;
  /** Name of the transport in use, empty before there is one. */
  transport(): string;
  diagnostics(): Step[];
}

/** Starts to connect; returns before any event. */
export type Connect = (target: Target, events: ConnectionEvents) => Connection;
