import type { Binary } from '../wire/payload.ts';

// The names in this file are shared with scripts that are loaded on their own (lazy-script.ts), so
// the build may not shorten them: none begins with an underscore.

/** Events for the page's socket, as a connection has them. */
export interface DirectSocketEvents {
  open(protocol: string, extensions: string): void;
  message(data: string | Binary): void;
  sent(bytes: number): void;
  closing(): void;
  closed(code: number, reason: string, wasClean: boolean, failed: boolean): void;
}

/** Events for the ladder, called before those for the page. */
export interface DirectSocketHooks {
  opened(): void;
  /** It did not open; nothing else is called. */
  passed(reason: string): void;
  /**
   * It opened but cannot be used; nothing else is called, and no other transport is to be tried.
   */
  unfit(reason: string): void;
  /**
   * The first message came, or did not come before the connection broke: some proxies let the
   * handshake through and nothing after it.
   */
  proved(good: boolean): void;
  over(code: number): void;
}

/** A socket that needs no session: the browser's own, Flash's, or one of the bridge. */
export interface DirectSocket {
  send(data: string | Binary, size: number): void;
  close(code: number, reason: string): void;
  /** Reports what was sent since the last report. */
  settle(): void;
  /** Gives it up; no event follows. */
  abandon(): void;
}
