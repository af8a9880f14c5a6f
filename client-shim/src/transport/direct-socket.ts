import type { Binary } from '../wire/payload.ts';

// Scripts that are loaded separately share the names in this file (lazy-script.ts). The build must
// not shorten them, so none begins with an underscore. A page may have the shim of an earlier
// version, so they keep their names: those are of 0.1.0.

/** Events for the page's socket, the same as those of a connection. */
export interface DirectSocketEvents {
  open(protocol: string, extensions: string): void;
  message(data: string | Binary): void;
  sent(bytes: number): void;
  closing(): void;
  closed(code: number, reason: string, wasClean: boolean, failed: boolean): void;
}

/** Events for the choice of a transport. They are called before those for the page. */
export interface DirectSocketHooks {
  opened(): void;
  /** The socket did not open. No other event follows. */
  passed(reason: string): void;
  /**
   * The socket opened but cannot be used. No other event follows, and no other transport is tried.
   */
  unfit(reason: string): void;
  /**
   * True when the first message arrives; false if the connection breaks before that. Some proxies
   * let the handshake through and nothing after it.
   */
  proved(good: boolean): void;
  over(code: number): void;
}

/** A socket that needs no session: the browser's own, Flash's, or one of the bridge. */
export interface DirectSocket {
  send(data: string | Binary, size: number): void;
  close(code: number, reason: string): void;
  /** Reports the bytes that were sent since the last report. */
  settle(): void;
  /** Abandons the socket. No event follows. */
  abandon(): void;
}
