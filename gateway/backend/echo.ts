import { echoChannel } from '../channel/channel-pair.ts';
import type { Accepted, Backend } from './backend.ts';

/**
 * Sends every message back, and answers a Close with its code and reason. It takes no more than its
 * client reads. It selects the first subprotocol offered, so that every page can be tried against
 * it.
 */
export const echoBackend: Backend = {
  name: 'echo:',
  connect: ({ openAccount, protocols }): Promise<Accepted> =>
    Promise.resolve({ channel: echoChannel(openAccount), protocol: protocols[0] ?? '' }),
};
