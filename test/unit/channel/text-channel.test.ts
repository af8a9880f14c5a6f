import assert from 'node:assert/strict';
import type { Channel, Receiver } from '../../../gateway/channel/channel.ts';
import { channelPair } from '../../../gateway/channel/channel-pair.ts';
import { type BinaryFate, TextChannel } from '../../../gateway/channel/text-channel.ts';
import { Message } from '../../../gateway/protocol/message.ts';

/** Records the calls. */
function scribe(lines: string[]): Receiver {
  return {
    message: (message) => lines.push(message.binary ? 'binary' : message.text),
    drained: () => lines.push('drained'),
    closed: ({ code }) => lines.push(`closed ${code}`),
  };
}

describe('a channel of text', () => {
  const turn = (): Promise<void> => new Promise((resume) => setImmediate(resume));

  const open = async (fate: BinaryFate): Promise<{ far: Channel; near: string[]; atFar: string[] }> => {
    const [channel, far] = channelPair();
    const near: string[] = [];
    const atFar: string[] = [];
    new TextChannel(channel, fate).attach(scribe(near));
    far.attach(scribe(atFar));
    await turn();
    return { far, near, atFar };
  };

  it('delivers binary messages as base64 where the route says so', async () => {
    const { far, near } = await open('base64');
    far.send(Message.text('a'));
    far.send(Message.binary(Buffer.from([0, 255])));
    far.close({ code: 4001, reason: '' });
    await turn();
    assert.deepEqual(near, ['a', 'AP8=', 'closed 4001']);
  });

  it('otherwise ends both sides with 1003 at a binary message, and delivers nothing after it', async () => {
    const { far, near, atFar } = await open('close');
    far.send(Message.text('a'));
    far.send(Message.binary(Buffer.from([0])));
    far.send(Message.text('b'));
    await turn();
    assert.deepEqual(near, ['a', 'closed 1003']);
    assert.deepEqual(atFar, ['closed 1003']);
  });
});
