import type { SystemError } from '../base/system-error.ts';
import type { Snapshot } from '../status/snapshot.ts';
import type { BrokerSettings } from './settings.ts';

/** The version of the messages: after an upgrade the process may be of another release. */
export const VERSION = 1;

/** What the supervisor tells the broker process. */
export type ToBroker =
  /** At the start, and at each reload. It is answered. */
  | { readonly version: typeof VERSION; readonly kind: 'serve'; readonly settings: BrokerSettings }
  /** Answered by `counts`. */
  | { readonly version: typeof VERSION; readonly kind: 'count'; readonly id: number }
  /** Answered by `pong`. Only for a process that said `answersPings`. */
  | { readonly version: typeof VERSION; readonly kind: 'ping' }
  /** Its clients are leaving: it ends when the last one has gone. */
  | { readonly version: typeof VERSION; readonly kind: 'drain' };

/** What the broker process answers. */
export type FromBroker =
  | {
      readonly version: typeof VERSION;
      readonly kind: 'counts';
      readonly id: number;
      readonly status: Snapshot;
    }
  | {
      readonly version: typeof VERSION;
      readonly kind: 'serving';
      readonly stompPort?: number | undefined;
      /** Absent: it is of an older release. False: somebody debugs it. */
      readonly answersPings?: boolean;
    }
  | { readonly version: typeof VERSION; readonly kind: 'pong' }
  | { readonly version: typeof VERSION; readonly kind: 'failed'; readonly error: SystemError };
