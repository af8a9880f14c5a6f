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

/** A frame as bytes. */
function bytesOf(message: Message): Buffer {
  const frame = serverFrame(message);
  return typeof frame === 'string' ? Buffer.from(frame, 'latin1') : frame;
}

describe('a message as a frame for a native client', () => {
  for (const size of [0, 1, 125, 126, 127, LONGEST_COPIED]) {
    it(`is that of ws, for ${size} bytes`, () => {
      const bytes = Buffer.alloc(size, 'x');
      assert.deepEqual(bytesOf(Message.binary(bytes)), framedByWs(bytes, true));
      assert.deepEqual(bytesOf(Message.utf8(bytes)), framedByWs(bytes, false));
      assert.deepEqual(bytesOf(Message.text(bytes.toString())), framedByWs(bytes, false));
    });
  }

  it('has the UTF-8 of its text', () => {
    const text = 'ä€😀'.repeat(20);
    assert.deepEqual(bytesOf(Message.text(text)), framedByWs(Buffer.from(text), false));
  });

  it('is made once for all who get it after the first', () => {
    const message = Message.text('for many');
    const first = bytesOf(message);
    const second = serverFrame(message);
    assert.deepEqual(second, first);
    assert.equal(serverFrame(message), second);
  });

  it('is a string for the first, if the text is ASCII', () => {
    assert.equal(serverFrame(Message.text('for one')), '\x81\x07for one');
    assert.ok(Buffer.isBuffer(serverFrame(Message.text('für'))));
  });

  it('is not kept with a message of one session, whose weight is known', () => {
    const message = Message.text('für einen');
    const frame = serverFrame(message);
    message.keep();
    assert.notEqual(serverFrame(message), frame);
    assert.deepEqual(serverFrame(message), frame);
  });
});
