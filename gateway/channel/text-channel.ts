import type { CloseStatus } from '../protocol/close.ts';
import { CLOSES } from '../protocol/close-table.ts';
import { Message } from '../protocol/message.ts';
import type { Channel } from './channel.ts';
import { ChannelWrapper } from './channel-wrapper.ts';

/**
 * What happens to a binary message for a client that takes only text: it is sent in base64, or the
 * connection ends.
 */
export type BinaryFate = 'base64' | 'close';

/**
 * A channel from which only text arrives. If a binary message ends it, both sides get 1003
 * (RFC 6455 §7.4.1).
 */
export class TextChannel extends ChannelWrapper {
  readonly #fate: BinaryFate;
  #over = false;

  constructor(channel: Channel, fate: BinaryFate) {
    super(channel);
    this.#fate = fate;
  }

  override message(message: Message): void {
    if (this.#over) return;
    if (!message.binary) super.message(message);
    else if (this.#fate === 'base64') super.message(Message.text(message.bytes.toString('base64')));
    else {
      this.closed(CLOSES.noBinary);
      this.close(CLOSES.noBinary);
    }
  }

  override closed(status: CloseStatus): void {
    if (this.#over) return;
    this.#over = true;
    super.closed(status);
  }
}
