import type { Channel, Receiver } from '../channel/channel.ts';
import { channelPair } from '../channel/channel-pair.ts';
import type { CloseStatus } from '../protocol/close.ts';
import type { Message } from '../protocol/message.ts';
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
    far.attach(new Echo(far));
    return Promise.resolve({ channel, protocol: handshake.protocols[0] ?? '' });
  },
};

/** A class, as each connection has one for its whole life. */
class Echo implements Receiver {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  message(message: Message): void {
    if (!this.#channel.send(message)) this.#channel.pause();
  }

  drained(): void {
    this.#channel.resume();
  }

  closed(status: CloseStatus): void {
    this.#channel.close(status);
  }
}
