import assert from 'node:assert/strict';
import { encodeFrame, FrameReader, KIND } from '../../../gateway/cluster/frame.ts';
import { ChunkJoiner, inChunks } from '../../../gateway/cluster/long-frames.ts';

describe('a frame between nodes', () => {
  it('has a head and parts', () => {
    const frame = new FrameReader(encodeFrame(KIND.reply, 0xfffffffe, 503, 1, 'h: ü\n', Buffer.of(0, 255)));
    assert.deepEqual([frame.kind, frame.id, frame.value, frame.flags], [16, 0xfffffffe, 503, 1]);
    assert.equal(frame.text(), 'h: ü\n');
    assert.deepEqual([...frame.next()], [0, 255]);
  });

  it('has empty parts behind its last, which a newer release may have filled', () => {
    const frame = new FrameReader(encodeFrame(KIND.end, 1));
    assert.deepEqual([frame.text(), frame.next().length], ['', 0]);
  });

  it('is refused where it was cut', () => {
    const whole = encodeFrame(KIND.write, 1, 0, 0, 'text');
    assert.throws(() => new FrameReader(whole.subarray(0, 9)), RangeError);
    for (let end = 11; end < whole.length; end++) {
      assert.throws(() => new FrameReader(whole.subarray(0, end)).next(), RangeError);
    }
  });

  for (const size of [0, 1_000, 1024 ** 2, 3 * 1024 ** 2 + 17]) {
    it(`with ${size} bytes comes whole, however it travels`, () => {
      const body = Buffer.alloc(size, 'x');
      const joiner = new ChunkJoiner();
      let came: Buffer | undefined;
      let longest = 0;
      inChunks(encodeFrame(KIND.write, 7, 0, 0, body), (bytes) => {
        longest = Math.max(longest, bytes.length);
        const frame = new FrameReader(bytes);
        came = frame.kind === KIND.chunk ? joiner.push(frame) : bytes;
        return true;
      });
      const frame = new FrameReader(came as Buffer);
      assert.deepEqual([frame.id, frame.next().equals(body)], [7, true]);
      assert.ok(longest < 1024 ** 2 + 100);
    });
  }
});
