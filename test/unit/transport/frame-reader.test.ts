import assert from 'node:assert/strict';
import { ABNORMAL, FAILED, NO_STATUS } from '../../../gateway/protocol/close.ts';
import { encodeTextControl } from '../../../gateway/protocol/text-form.ts';
import { FrameReader } from '../../../gateway/transport/shared/frame-reader.ts';

const frames = (text: string): Buffer => Buffer.from(text.replaceAll('␞', '\x1e'));

/** What a reader gets of these chunks, in short. */
function readAll(chunks: readonly Buffer[]): string[] {
  const reader = new FrameReader();
  const seen: string[] = [];
  for (const chunk of chunks) {
    const { delivery, isAlive, end } = reader.read(chunk);
    delivery?.entries.forEach(({ message, more, close }, index) => {
      const what = message?.binary ? message.bytes.toString('hex') : message?.text;
      const kind = message === undefined ? `${close?.code},${close?.reason}` : `${what}${more ? '…' : ''}`;
      seen.push(`${delivery.first + index} ${kind}`);
    });
    if (delivery !== undefined && delivery.ack >= 0) seen.push(`ack ${delivery.ack}`);
    if (isAlive) seen.push('alive');
    if (end !== undefined) seen.push(`end ${end}`);
  }
  return seen;
}

describe('the frames of a stream that another node writes', () => {
  const whole = frames('P   ␞A3␞#7␞Tone␞tpart ␞Té\u20ac\ud83d\ude00␞BAP8=␞H␞C4001,bye␞Es␞');
  const expected = ['7 one', '8 part …', '9 é€😀', '10 00ff', '11 4001,bye'];

  it('are read with their numbers, from whole chunks', () => {
    assert.deepEqual(readAll([whole]), [...expected, 'ack 3', 'alive', 'end s']);
  });

  it('are read the same, wherever the chunks are cut', () => {
    for (let at = 1; at < whole.length; at++) {
      const seen = readAll([whole.subarray(0, at), whole.subarray(at)]);
      const order = [...expected, 'ack 3', 'alive', 'end s'];
      assert.deepEqual(seen.toSorted(), order.toSorted(), `cut at ${at}`);
    }
    const bytes = [...whole].map((byte) => Buffer.from([byte]));
    assert.deepEqual(readAll(bytes).toSorted(), [...expected, 'ack 3', 'alive', 'end s'].toSorted());
  });

  it('tell a position alone, by which a client sees that a stream works', () => {
    const { delivery } = new FrameReader().read(frames('P ␞#5␞'));
    assert.deepEqual(delivery, { first: 5, entries: [], ack: -1 });
  });

  it('go on with their numbers from chunk to chunk', () => {
    assert.deepEqual(readAll([frames('#1␞Ta␞'), frames('Tb␞'), frames('#9␞Tc␞')]), ['1 a', '2 b', '9 c']);
  });

  it('unescape what engines would drop', () => {
    assert.deepEqual(readAll([Buffer.from(`#1\x1e${encodeTextControl('T', 'a\0\r\n\x7f')}`)]), [
      '1 a\0\r\n\x7f',
    ]);
  });

  for (const [text, close] of [
    ['#1␞C␞', NO_STATUS],
    ['#1␞X␞', ABNORMAL],
    ['P   ␞#1␞X␞', ABNORMAL],
    ['#1␞Pf␞X␞', FAILED],
    ['#1␞P999,odd␞X␞', { code: 999, reason: 'odd' }],
    ['#1␞C1001␞', { code: 1001, reason: '' }],
  ] as const)
    it(`say how the connection ended: ${text}`, () => {
      const { delivery } = new FrameReader().read(frames(text));
      assert.deepEqual(delivery?.entries, [{ message: undefined, more: false, close }]);
    });

  it('are nothing where there is none', () => {
    const nothing = { delivery: undefined, isAlive: false, end: undefined };
    assert.deepEqual(new FrameReader().read(frames('R␞P  ␞')), nothing);
    assert.deepEqual(new FrameReader().read(''), nothing);
  });
});
