import type { CloseStatus } from '../protocol/close.ts';
import type { Channel, Receiver } from './channel.ts';

/** Counts of one direction. */
export interface Flow {
  messages: number;
  /** Bytes of payload. */
  bytes: number;
}

/** What went through a pipe, and how it ended. */
export class Traffic {
  readonly fromA: Flow = { messages: 0, bytes: 0 };
  readonly fromB: Flow = { messages: 0, bytes: 0 };
  /** The end that closed first, and its status. Undefined: none has. */
  closed: { readonly end: 'a' | 'b'; readonly status: CloseStatus } | undefined;
}

/**
 * Joins two channels: the one place where two ends meet. Backpressure is passed on at once: while
 * one side does not take more, the other is not read. The bound on memory is what each side holds.
 */
export function pipe(a: Channel, b: Channel, traffic?: Traffic): void {
  a.attach(receiver(a, b, 'a', traffic));
  b.attach(receiver(b, a, 'b', traffic));
}

/**
 * Passes what arrives on `from` to `to`. After a peer's Close, `to` answers with its own Close. For
 * that it is read again: `from` will not report `drained` any more.
 */
function receiver(from: Channel, to: Channel, end: 'a' | 'b', traffic: Traffic | undefined): Receiver {
  const flow = end === 'a' ? traffic?.fromA : traffic?.fromB;
  return {
    message: (message) => {
      if (flow !== undefined) {
        flow.messages++;
        flow.bytes += message.size;
      }
      if (!to.send(message)) from.pause();
    },
    // `from` takes more, so what comes from `to` can be read again.
    drained: () => to.resume(),
    closed: (status) => {
      if (traffic !== undefined) traffic.closed ??= { end, status };
      to.close(status);
      to.resume();
    },
  };
}
