import type { CloseStatus } from '../protocol/close.ts';
import { CLOSES } from '../protocol/close-table.ts';
import { Message } from '../protocol/message.ts';
import type { Channel, Receiver } from './channel.ts';
import { wrapReceiver } from './receiver-wrapper.ts';

/**
 * What happens to a binary message for a client that takes only text: it is sent in base64, or the
 * connection ends.
 */
export type BinaryFate = 'base64' | 'close';

/**
 * A channel from which only text arrives. If a binary message ends it, both sides get 1003
 * (RFC 6455 §7.4.1).
 */
export function textOnly(channel: Channel, fate: BinaryFate): Channel {
  return wrapReceiver(channel, (receiver) => new TextReceiver(channel, receiver, fate));
}

class TextReceiver implements Receiver {
  readonly #channel: Channel;
  readonly #receiver: Receiver;
  readonly #fate: BinaryFate;
  #over = false;

  constructor(channel: Channel, receiver: Receiver, fate: BinaryFate) {
    this.#channel = channel;
    this.#receiver = receiver;
    this.#fate = fate;
  }

  message(message: Message): void {
    if (this.#over) return;
    if (!message.binary) this.#receiver.message(message);
    else if (this.#fate === 'base64') this.#receiver.message(Message.text(message.bytes.toString('base64')));
    else {
      this.closed(CLOSES.noBinary);
      this.#channel.close(CLOSES.noBinary);
    }
  }

  drained(): void {
    this.#receiver.drained();
  }

  closed(status: CloseStatus): void {
    if (this.#over) return;
    this.#over = true;
    this.#receiver.closed(status);
  }
}
