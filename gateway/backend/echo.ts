import { channelPair } from '../channel/channel-pair.ts';
import type { Accepted, Backend } from './backend.ts';

/**
 * Sends every message back, and answers a Close with its code and reason. It takes no more than its
 * client reads. It selects the first subprotocol offered, so that every page can be tried against
 * it.
 */
export const echoBackend: Backend = {
  name: 'echo:',
  connect: (handshake): Promise<Accepted> => {
    const [channel, far] = channelPair(handshake.openAccount);
    far.attach({
      message: (message) => {
        if (!far.send(message)) far.pause();
      },
      drained: () => far.resume(),
      closed: (status) => far.close(status),
    });
    return Promise.resolve({ channel, protocol: handshake.protocols[0] ?? '' });
  },
};
