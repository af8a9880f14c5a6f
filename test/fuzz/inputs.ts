import type { Random } from '../support/random.ts';

/** Characters that parsers treat specially, and one of each length in UTF-8. */
const CHARACTERS = [
  ...['\0', '\t', '\n', '\r', ' ', '"', '\\', ',', ':', ';', '=', '/', '%', '#', '?', '&', '<', '[', '{'],
  ...['\x1e', '\x1f', '\x7f', 'a', 'Z', '0', '9', 'é', '€', '\u2028', '\ufeff', '\uffff', '😀'],
];

/** Text of up to `longest` characters, without lone surrogates. */
export function randomText(random: Random, longest: number): string {
  return Array.from({ length: random.int(0, longest) }, () => random.pick(CHARACTERS)).join('');
}

/** Up to `longest` bytes, each of any value. */
export function randomBytes(random: Random, longest: number): Buffer {
  return Buffer.from(Array.from({ length: random.int(0, longest) }, () => random.int(0, 255)));
}

/** Changes, removes, repeats or inserts a few bytes, or cuts the end off. */
export function mutate(random: Random, bytes: Buffer): Buffer {
  let mutated = bytes;
  for (let edits = random.int(1, 4); edits > 0; edits--) mutated = edit(random, mutated);
  return mutated;
}

function edit(random: Random, bytes: Buffer): Buffer {
  const at = random.int(0, bytes.length);
  const to = Math.min(bytes.length, at + random.int(1, 8));
  const before = bytes.subarray(0, at);
  switch (random.int(0, 4)) {
    case 0:
      return before;
    case 1:
      return Buffer.concat([before, bytes.subarray(to)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]);
    case 3:
      return Buffer.concat([before, Buffer.from(random.pick(CHARACTERS)), bytes.subarray(at)]);
    default:
      return Buffer.concat([before, Buffer.from([random.int(0, 255)]), bytes.subarray(at + 1)]);
  }
}
