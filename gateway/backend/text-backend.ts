import { type BinaryFate, TextChannel } from '../channel/text-channel.ts';
import type { Accepted, Backend } from './backend.ts';

/** Wraps a backend so that only text comes from it. */
export function textBackend(backend: Backend, fate: BinaryFate): Backend {
  return {
    name: backend.name,
    connect: async (handshake, signal): Promise<Accepted> => {
      const accepted = await backend.connect(handshake, signal);
      return { ...accepted, channel: new TextChannel(accepted.channel, fate) };
    },
  };
}
