import assert from 'node:assert/strict';
import * as library from 'ws';
import { Message } from '../../../gateway/protocol/message.ts';
import { LONGEST_COPIED, serverFrame } from '../../../gateway/protocol/server-frame.ts';

/** What the types of `ws` leave out. */
interface Library {
  readonly Sender: { frame(data: Buffer, options: object): Buffer[] };
}

/** As the library frames it. */
function framedByWs(data: Buffer, isBinary: boolean): Buffer {
  const { Sender } = library as unknown as Library;
  return Buffer.concat(Sender.frame(data, { fin: true, opcode: isBinary ? 2 : 1, mask: false, rsv1: false }));
}

describe('a message as a frame for a native client', () => {
  for (const size of [0, 1, 125, 126, 127, LONGEST_COPIED]) {
    it(`is that of ws, for ${size} bytes`, () => {
      const bytes = Buffer.alloc(size, 'x');
      assert.deepEqual(serverFrame(Message.binary(bytes)), framedByWs(bytes, true));
      assert.deepEqual(serverFrame(Message.utf8(bytes)), framedByWs(bytes, false));
      assert.deepEqual(serverFrame(Message.text(bytes.toString())), framedByWs(bytes, false));
    });
  }

  it('has the UTF-8 of its text', () => {
    const text = 'ä€😀'.repeat(20);
    assert.deepEqual(serverFrame(Message.text(text)), framedByWs(Buffer.from(text), false));
  });

  it('is made once for all', () => {
    const message = Message.text('for many');
    assert.equal(serverFrame(message), serverFrame(message));
  });

  it('is not kept with a message of one session, whose weight is known', () => {
    const message = Message.text('for one');
    const frame = serverFrame(message);
    message.keep();
    assert.notEqual(serverFrame(message), frame);
    assert.deepEqual(serverFrame(message), frame);
  });
});
