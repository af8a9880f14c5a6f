import type { BrokerSettings } from './settings.ts';

/** The version of the messages: after an upgrade the process may be of another release. */
export const VERSION = 1;

/** What the supervisor tells the broker process. */
export type ToBroker =
  /** At the start, and at each reload. It is answered. */
  | { readonly version: typeof VERSION; readonly kind: 'serve'; readonly settings: BrokerSettings }
  /** Its clients are leaving: it ends when the last one has gone. */
  | { readonly version: typeof VERSION; readonly kind: 'drain' };

/** What the broker process answers to `serve`. */
export type FromBroker =
  | { readonly version: typeof VERSION; readonly kind: 'serving'; readonly stompPort?: number | undefined }
  | { readonly version: typeof VERSION; readonly kind: 'failed'; readonly error: SystemError };

/** An error of Node as data: what a line about a failed start is made of. */
export interface SystemError {
  readonly message: string;
  readonly code?: string | undefined;
  readonly syscall?: string | undefined;
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly hostname?: string | undefined;
}

/** The parts of an error that can be sent. */
export function asSystemError(error: unknown): SystemError {
  const { message, code, syscall, address, port, hostname } = error as SystemError;
  return { message, code, syscall, address, port, hostname };
}
