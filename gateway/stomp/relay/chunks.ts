import type { Channel } from '../../channel/channel.ts';
import { fragment } from '../../protocol/fragment.ts';

/** Bytes of UTF-8 that one UTF-16 unit has at most. */
const MOST_BYTES = 3;

/**
 * A channel to a WebSocket server that puts STOMP frames together itself, and takes messages of
 * `limit` bytes only, as Spring does: a longer one is sent as several. Text is cut between
 * characters.
 */
export function inChunks(channel: Channel, limit: number): Channel {
  return {
    send: (message) => {
      if (message.size <= limit) return channel.send(message);
      const isAscii = message.binary || message.text.length === message.size;
      let takesMore = true;
      for (const chunk of fragment(message, isAscii ? limit : Math.floor(limit / MOST_BYTES))) {
        takesMore = channel.send(chunk);
      }
      return takesMore;
    },
    close: (status) => channel.close(status),
    pause: () => channel.pause(),
    resume: () => channel.resume(),
    get bufferedAmount() {
      return channel.bufferedAmount;
    },
    attach: (receiver) => channel.attach(receiver),
  };
}
