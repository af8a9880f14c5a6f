import assert from 'node:assert/strict';
import { ServerFrames } from '../../../gateway/channel/server-frames.ts';

const HELLO = [0x81, 5, ...Buffer.from('hello')];
const DONE = [0x88, 2, 3, 0xe8];

/** Reads the bytes, cut before each of `cuts`. */
function read(bytes: readonly number[], cuts: readonly number[] = []) {
  let isBroken = false;
  const frames = new ServerFrames({
    flawed: () => {
      isBroken = true;
    },
    closing: () => {},
  });
  const given = Buffer.from(bytes);
  let from = 0;
  for (const to of [...cuts, given.length]) {
    frames.read(given.subarray(from, to));
    from = to;
  }
  return { code: frames.closeCode, isFlawed: frames.isFlawed, isBroken, bytes: [...given] };
}

/** Every way to cut so many bytes in two or three. */
function allCuts(length: number): number[][] {
  const all: number[][] = [[]];
  for (let a = 1; a < length; a++) {
    all.push([a]);
    for (let b = a + 1; b < length; b++) all.push([a, b]);
  }
  return all;
}

describe('the frames of a server, before ws reads them', () => {
  const lawful: Readonly<Record<string, readonly number[]>> = {
    'a message, a Ping and a Close': [...HELLO, 0x89, 1, 0x41, ...DONE],
    'a message of 126 bytes': [0x82, 126, 0, 126, ...Buffer.alloc(126), ...DONE],
    'a Close without a code': [...HELLO, 0x88, 0],
    'a Close of one byte': [0x88, 1, 3],
    'a Close with a code that ws must refuse': [0x88, 2, 0x03, 0xed],
  };
  for (const [name, bytes] of Object.entries(lawful)) {
    it(`are left as they are: ${name}`, () => {
      for (const cuts of allCuts(Math.min(bytes.length, 24))) {
        assert.deepEqual(read(bytes, cuts), { code: undefined, isFlawed: false, isBroken: false, bytes });
      }
    });
  }

  it('have a length of 64 bits where 16 are too few', () => {
    const bytes = [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0, ...Buffer.alloc(65_536), ...DONE];
    for (const cuts of allCuts(12)) assert.equal(read(bytes, cuts).isFlawed, false);
  });

  it('show closing codes that browsers pass on, wherever they are cut, and ws reads 1000', () => {
    for (const code of [0, 999, 1004, 1016, 2999, 5000, 65_535]) {
      const bytes = [...HELLO, 0x88, 4, code >> 8, code & 0xff, 0x68, 0x69];
      for (const cuts of allCuts(bytes.length)) {
        const shown = read(bytes, cuts);
        assert.equal(shown.code, code, `cut at ${cuts}`);
        assert.deepEqual(shown.bytes, [...HELLO, 0x88, 4, 3, 0xe8, 0x68, 0x69]);
      }
    }
  });

  it('are flawed by a length that is not minimal, wherever they are cut', () => {
    const padded = [
      [0x81, 126, 0, 1, 0x41],
      [0x81, 126, 0, 125],
      [0x82, 127, 0, 0, 0, 0, 0, 0, 0xff, 0xff],
      [0x88, 126, 0, 2, 3, 0xe8],
    ];
    for (const frame of padded) {
      const bytes = [...HELLO, ...frame];
      for (const cuts of allCuts(bytes.length)) {
        const shown = read(bytes, cuts);
        assert.equal(shown.isFlawed, true, `${frame} cut at ${cuts}`);
        // `ws` ends the connection by the reserved bits, or its owner does.
        assert.equal(shown.isBroken, shown.bytes[HELLO.length] === frame[0], `${frame} cut at ${cuts}`);
      }
    }
  });
});
