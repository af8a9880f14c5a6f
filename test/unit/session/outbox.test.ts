import assert from 'node:assert/strict';
import { Message } from '../../../gateway/protocol/message.ts';
import { Outbox } from '../../../gateway/session/outbox.ts';

describe('the outbox', () => {
  const ROOM = 65_536;

  function filled(...texts: string[]): Outbox {
    const outbox = new Outbox();
    for (const text of texts) outbox.message(Message.text(text));
    return outbox;
  }

  const texts = (outbox: Outbox, from: number, room = ROOM): (string | undefined)[] =>
    outbox.from(from, room).map(({ message }) => message?.text);

  it('answers what is there from any number on, whatever it answered before', () => {
    const outbox = filled('a', 'b', 'c', 'd');
    assert.deepEqual(texts(outbox, 3), ['c', 'd']);
    assert.deepEqual(texts(outbox, 1), ['a', 'b', 'c', 'd']);
    assert.deepEqual(texts(outbox, 5), []);
    outbox.message(Message.text('e'));
    assert.deepEqual(texts(outbox, 5), ['e']);
    outbox.acknowledge(2);
    assert.deepEqual(texts(outbox, 3), ['c', 'd', 'e']);
  });

  it('answers one entry at least, and no more than there is room for', () => {
    const outbox = filled('x'.repeat(100), 'y'.repeat(100), 'z');
    assert.equal(outbox.from(1, 1).length, 1);
    assert.equal(outbox.from(1, 150).length, 2);
  });

  it('goes on with its numbers when everything is acknowledged', () => {
    const outbox = filled('a', 'b');
    outbox.from(1, ROOM);
    outbox.acknowledge(2);
    assert.deepEqual([outbox.first, outbox.last, outbox.bytes], [3, 2, 0]);
    outbox.close({ code: 1000, reason: '' });
    assert.deepEqual([outbox.first, outbox.last], [3, 3]);
    assert.deepEqual(
      outbox.from(3, ROOM).map(({ close }) => close?.code),
      [1000],
    );
    outbox.acknowledge(3);
    assert.equal(outbox.bytes, 0);
  });

  it('counts what its entries occupy until they are acknowledged', () => {
    const outbox = filled('x'.repeat(1_000), 'y'.repeat(1_000));
    const { bytes } = outbox;
    assert.ok(bytes > 2_000);
    outbox.acknowledge(1);
    assert.equal(outbox.bytes, bytes / 2);
  });
});
