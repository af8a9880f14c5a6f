import type { Channel, Receiver } from './channel.ts';

/** The same channel, but for what arrives from it: `wrap` stands before each receiver. */
export function wrapReceiver(channel: Channel, wrap: (receiver: Receiver) => Receiver): Channel {
  return {
    send: (message) => channel.send(message),
    close: (status) => channel.close(status),
    pause: () => channel.pause(),
    resume: () => channel.resume(),
    get bufferedAmount() {
      return channel.bufferedAmount;
    },
    attach: (receiver) => channel.attach(wrap(receiver)),
  };
}
