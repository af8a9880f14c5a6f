import assert from 'node:assert/strict';
import { encodeBytes, encodeBytesControl, parseBytes } from '../../../gateway/protocol/byte-form.ts';
import { Message } from '../../../gateway/protocol/message.ts';
import { encodeText, encodeTextControl, parseText } from '../../../gateway/protocol/text-form.ts';
import { MalformedError, type Unit } from '../../../gateway/protocol/unit.ts';
import type { Random } from '../../support/random.ts';
import { mutate, randomBytes, randomText } from '../inputs.ts';
import { type FuzzTarget, fuzzTarget } from '../target.ts';

/** Frames of one unit, in both forms. */
function randomUnit(random: Random): { text: string; bytes: Buffer } {
  let text = '';
  const bytes: Buffer[] = [];
  for (let frames = random.int(0, 6); frames > 0; frames--) {
    if (random.chance(0.5)) {
      const [type, payload] = randomControl(random);
      text += encodeTextControl(type, payload);
      bytes.push(encodeBytesControl(type, payload));
      continue;
    }
    const message = random.chance(0.5)
      ? Message.text(randomText(random, 12))
      : Message.binary(randomBytes(random, 12));
    const more = random.chance(0.3);
    text += encodeText(message, more);
    bytes.push(...encodeBytes(message, more));
  }
  return { text, bytes: Buffer.concat(bytes) };
}

function randomControl(random: Random): [type: string, payload: string] {
  const number = () => String(random.pick([0, 1, 2, 31, 65_535, 2 ** 53 - 1, 2 ** 53]));
  switch (random.int(0, 6)) {
    case 0:
      return ['#', number()];
    case 1:
      return ['A', number()];
    case 2:
      return ['D', `${number()},${number()}${random.pick(['', ',t', ',b', ',b,2048', ',x'])}`];
    case 3:
      return ['C', random.pick(['', '1000', '4999,bye', '1005', `4000,${'é'.repeat(62)}`])];
    case 4:
      return ['S', random.pick(['0', '1', '1,token,1,0', '2,token,7,7'])];
    case 5:
      return ['X', random.pick(['', 'x'])];
    default:
      return [random.pick(['H', 'Q', '\0']), ''];
  }
}

/** A parsed unit in a form that can be compared; `malformed` where the parser refuses it. */
function outcome(parse: () => Unit): unknown {
  try {
    return summary(parse());
  } catch (error) {
    if (error instanceof MalformedError) return 'malformed';
    throw error;
  }
}

function summary({ arrivals, ack, wanted, pageGone, next, shared = [] }: Unit): unknown {
  return {
    ...{ ack, wanted, pageGone, next },
    arrivals: arrivals.map(({ number, message, more, close }) => ({
      ...{ number, more, close },
      ...{ binary: message?.binary, bytes: message?.bytes.toString('hex') },
    })),
    shared: shared.map(({ token, unit }) => ({ token, unit: summary(unit) })),
  };
}

/** An input of both forms: the length of the text in four bytes, the text, and the bytes. */
function both({ text, bytes }: { text: string; bytes: Buffer }): Buffer {
  const head = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, bytes]);
}

export const targets: readonly FuzzTarget[] = [
  fuzzTarget<Buffer>({
    name: 'unit-forms-agree',
    input: (random) => both(randomUnit(random)),
    run(input) {
      const end = 4 + input.readUInt32BE();
      const text = outcome(() => parseText(input.toString('utf8', 4, end)));
      assert.deepEqual(
        text,
        outcome(() => parseBytes(input.subarray(end))),
      );
    },
  }),
  fuzzTarget<string>({
    name: 'unit-text',
    input: (random) => mutate(random, Buffer.from(randomUnit(random).text)).toString('utf8'),
    run: (input) => void outcome(() => parseText(input)),
  }),
  fuzzTarget<Buffer>({
    name: 'unit-bytes',
    input: (random) => mutate(random, randomUnit(random).bytes),
    run: (input) => void outcome(() => parseBytes(input)),
  }),
];
