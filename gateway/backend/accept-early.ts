import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { channelPair } from '../channel/channel-pair.ts';
import { pipe } from '../channel/pipe.ts';
import { ABNORMAL } from '../protocol/close.ts';
import type { Accepted, Backend } from './backend.ts';
import { logRefusal } from './log-refusal.ts';

/** What `within` needs of its surroundings. */
export interface AcceptEarlyContext {
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * A backend for clients that do not wait: one that takes longer than `timeout` milliseconds is said to have accepted, without a subprotocol. What the client sends is
 * kept for it, as far as a channel keeps anything; where it refuses after all, the connection ends without a Close.
 */
export function acceptEarly(timeout: number, backend: Backend, { clock, log }: AcceptEarlyContext): Backend {
  return {
    name: backend.name,
    connect: (handshake, signal) =>
      new Promise<Accepted>((resolve, reject) => {
        const accepted = backend.connect(handshake, signal);
        const timer = clock.setTimeout(() => {
          const [near, far] = channelPair(handshake.openAccount);
          const answered = accepted.then(
            ({ channel }) => pipe(far, channel),
            (error: unknown) => {
              if (!signal.aborted) logRefusal(log, backend.name, error);
              far.close(ABNORMAL);
            },
          );
          resolve({ channel: near, protocol: '', answered });
        }, timeout);
        accepted.then(resolve, reject).finally(() => clock.clearTimeout(timer));
      }),
  };
}
