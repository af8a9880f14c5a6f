import assert from 'node:assert/strict';
import { FrameFollower, PONG_SIZE } from '../../../gateway/native/frame-follower.ts';
import { frame } from '../../support/servers/upstreams.ts';

const mask = Buffer.of(0x37, 0xfa, 0x21, 0x3d);
const MAX = 1 << 24;

/** Feeds bytes in chunks, keeping what a follower holds back, and answers what went on. */
function passInChunks(follower: FrameFollower, bytes: Buffer, cuts: readonly number[]): Buffer {
  const passed: Buffer[] = [];
  let held = Buffer.alloc(0);
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    const data = Buffer.concat([held, bytes.subarray(from, cut)]);
    from = cut;
    const to = follower.follow(data, 0);
    passed.push(data.subarray(0, to));
    held = Buffer.from(data.subarray(to));
  }
  assert.equal(held.length, 0, 'nothing is held at the end of the last frame');
  return Buffer.concat(passed);
}

describe('a frame follower', () => {
  const frames = [
    frame(0x81, 'Hello'),
    frame(0x81, 'Hello', mask),
    frame(0x82, ''),
    frame(0x89, 'are you there'),
    frame(0xf3, 'reserved bits and opcode 3', mask),
    frame(0x82, Buffer.alloc(125)),
    frame(0x82, Buffer.alloc(126), mask),
    frame(0x82, Buffer.alloc(200)),
    frame(0x88, Buffer.of(0x03, 0xe8)),
  ];
  const all = Buffer.concat(frames);

  it('lets whole frames go on as they are', () => {
    const follower = new FrameFollower(MAX);
    assert.equal(follower.follow(all, 0), all.length);
    assert.equal(follower.stop, 'none');
    assert.equal(follower.remaining, 0);
  });

  it('finds every boundary wherever the bytes are cut', () => {
    for (let cut = 1; cut < all.length; cut++) {
      const follower = new FrameFollower(MAX);
      assert.deepEqual(passInChunks(follower, all, [cut]), all, `cut at ${cut}`);
      assert.equal(follower.remaining, 0);
    }
  });

  it('finds every boundary when bytes come one by one', () => {
    const follower = new FrameFollower(MAX);
    const ends = new Set<number>();
    let end = 0;
    for (const { length } of frames) {
      end += length;
      ends.add(end);
    }
    let held = Buffer.alloc(0);
    for (let index = 0; index < all.length; index++) {
      const data = Buffer.concat([held, all.subarray(index, index + 1)]);
      held = Buffer.from(data.subarray(follower.follow(data, 0)));
      const between = follower.remaining === 0 && held.length === 0;
      assert.equal(between, ends.has(index + 1), `after byte ${index + 1}`);
    }
  });

  it('counts lengths of 16 and 64 bits across chunks', () => {
    for (const size of [126, 65535, 65536, 100_000]) {
      for (const bytes of [frame(0x82, Buffer.alloc(size)), frame(0x82, Buffer.alloc(size), mask)]) {
        const follower = new FrameFollower(MAX);
        follower.follow(bytes.subarray(0, 50), 0);
        assert.equal(follower.remaining, bytes.length - 50);
        follower.follow(bytes.subarray(50), 0);
        assert.equal(follower.remaining, 0);
      }
    }
  });

  it('follows a frame longer than 4 GiB', () => {
    const head = Buffer.of(0x82, 127, 0, 0, 0, 2, 0, 0, 0, 1);
    const follower = new FrameFollower(Number.MAX_SAFE_INTEGER);
    assert.equal(follower.follow(head, 0), head.length);
    assert.equal(follower.remaining, 2 * 2 ** 32 + 1);
  });

  it('takes a length that cannot be counted for too big', () => {
    const head = Buffer.of(0x82, 127, 0, 0x20, 0, 0, 0, 0, 0, 0);
    const follower = new FrameFollower(Number.MAX_SAFE_INTEGER);
    assert.equal(follower.follow(head, 0), 0);
    assert.equal(follower.stop, 'tooBig');
  });

  it('stops before the frame that makes its message too long', () => {
    const small = frame(0x81, 'twelve bytes');
    const large = frame(0x82, Buffer.alloc(101));
    const follower = new FrameFollower(100);
    assert.equal(follower.follow(Buffer.concat([small, large]), 0), small.length);
    assert.equal(follower.stop, 'tooBig');
  });

  it('adds up the fragments of a message, control frames between them not counted', () => {
    const bytes = Buffer.concat([
      frame(0x01, Buffer.alloc(60)),
      frame(0x89, Buffer.alloc(100)),
      frame(0x00, Buffer.alloc(40)),
    ]);
    const follower = new FrameFollower(100);
    assert.equal(follower.follow(bytes, 0), bytes.length);
    assert.equal(follower.follow(frame(0x80, 'x'), 0), 0);
    assert.equal(follower.stop, 'tooBig');
  });

  it('counts the next message anew', () => {
    const follower = new FrameFollower(100);
    for (let count = 0; count < 3; count++) {
      follower.follow(frame(0x02, Buffer.alloc(60)), 0);
      follower.follow(frame(0x80, Buffer.alloc(40)), 0);
      assert.equal(follower.stop, 'none');
    }
  });

  it('sees a Close begin', () => {
    const follower = new FrameFollower(MAX);
    follower.follow(frame(0x81, 'x'), 0);
    assert.equal(follower.closeSeen, false);
    follower.follow(frame(0x88, '', mask), 0);
    assert.equal(follower.closeSeen, true);
  });

  describe('watching for a Pong', () => {
    const payload = Buffer.from('12345678');
    const pong = frame(0x8a, payload, mask);
    const watching = (): FrameFollower => {
      const follower = new FrameFollower(MAX);
      follower.watch = payload;
      return follower;
    };

    it('finds the one that answers', () => {
      const follower = watching();
      const before = frame(0x81, 'x', mask);
      assert.equal(pong.length, PONG_SIZE);
      assert.equal(follower.follow(Buffer.concat([before, pong]), 0), before.length);
      assert.equal(follower.stop, 'pong');
    });

    it('waits for the whole of it', () => {
      for (let cut = 1; cut < pong.length; cut++) {
        const follower = watching();
        assert.equal(follower.follow(pong.subarray(0, cut), 0), 0);
        assert.equal(follower.stop, 'head');
        assert.equal(follower.follow(pong, 0), 0);
        assert.equal(follower.stop, 'pong');
      }
    });

    it('lets every other Pong go on', () => {
      const others = [
        frame(0x8a, 'another.', mask),
        frame(0x8a, '', mask),
        frame(0x8a, 'longer than it', mask),
        frame(0x8a, payload),
      ];
      for (const other of others) {
        assert.equal(watching().follow(other, 0), other.length);
      }
      assert.equal(new FrameFollower(MAX).follow(pong, 0), pong.length);
    });
  });
});
