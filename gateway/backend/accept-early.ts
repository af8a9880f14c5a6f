import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { channelPair } from '../channel/channel-pair.ts';
import { pipe } from '../channel/pipe.ts';
import { ABNORMAL } from '../protocol/close.ts';
import type { Accepted, Backend } from './backend.ts';
import { logBackendRefusal, refusedClient } from './log-refusal.ts';

/** What `acceptEarly` works with. */
export interface AcceptEarlyContext {
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * A backend for clients that do not wait. If `backend` takes longer than `timeout` milliseconds,
 * the client hears that it has accepted, without a subprotocol. Messages of the client wait for it
 * in a channel. If it refuses after all, the connection ends without a Close.
 */
export function acceptEarly(timeout: number, backend: Backend, { clock, log }: AcceptEarlyContext): Backend {
  return {
    name: backend.name,
    connect: (handshake, signal) =>
      new Promise<Accepted>((resolve, reject) => {
        const accepted = backend.connect(handshake, signal);
        const timer = clock.setTimeout(() => {
          const client = refusedClient(handshake);
          const [near, far] = channelPair(handshake.openAccount);
          const answered = accepted.then(
            ({ channel }) => pipe(far, channel),
            (error: unknown) => {
              if (!signal.aborted) logBackendRefusal(log, backend.name, client, error);
              far.close(ABNORMAL);
            },
          );
          resolve({ channel: near, protocol: '', answered });
        }, timeout);
        accepted.then(resolve, reject).finally(() => clock.clearTimeout(timer));
      }),
  };
}
