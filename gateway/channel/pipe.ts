import type { Channel, Receiver } from './channel.ts';

/**
 * Joins two channels: the one place where two ends meet. Backpressure is passed on at once: while one side does not take more,
 * the other is not read, so the bound on memory is what each side holds for itself.
 */
export function pipe(a: Channel, b: Channel): void {
  a.attach(towards(a, b));
  b.attach(towards(b, a));
}

/**
 * What arrives on `from` goes to `to`. A peer's Close is passed on with its code; `to` then answers with its own, for which it is read again: `from` will
 * not say `drained` any more.
 */
function towards(from: Channel, to: Channel): Receiver {
  return {
    message: (message) => {
      if (!to.send(message)) from.pause();
    },
    // `drained` is told of the channel that reports it, so it is the other side that may be read again.
    drained: () => to.resume(),
    closed: (status) => {
      to.close(status);
      to.resume();
    },
  };
}
