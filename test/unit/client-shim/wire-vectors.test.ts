import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { addressOf } from '../../../client-shim/src/wire/address.ts';
import { byteBody, encodeFrames, textBody } from '../../../client-shim/src/wire/body.ts';
import { encodeBytes, readBytes } from '../../../client-shim/src/wire/byte-form.ts';
import { type Frame, type Read, startPosition } from '../../../client-shim/src/wire/frame.ts';
import { encodeFields, readFields } from '../../../client-shim/src/wire/parameters.ts';
import { encodeSteps } from '../../../client-shim/src/wire/steps.ts';
import { encodeText, readText } from '../../../client-shim/src/wire/text-form.ts';

interface VectorFrame {
  type: string;
  text?: string;
  hex?: string;
}
interface Vector {
  name: string;
  form: 'text' | 'byte';
  from: string;
  token?: string;
  unit: string;
  frames?: VectorFrame[];
  malformed?: boolean;
  cut?: boolean;
}

describe('the shim encodes and reads frames as the test vectors have them', () => {
  for (const vector of load<Vector>('frames.json')) {
    const unit = vector.form === 'text' ? vector.unit : latin1(vector.unit);
    const read = vector.form === 'text' ? readText : readBytes;
    const encode = vector.form === 'text' ? encodeText : encodeBytes;

    if (vector.from !== 'client') {
      it(`reads ${vector.name} (${vector.form})`, () => {
        const frames = read(startPosition(), unit);
        if (vector.malformed) return assert.equal(frames, null);
        assert.deepEqual(bare(frames), given(vector));
      });

      it(`reads ${vector.name} (${vector.form}) the same, one character more at a time`, () => {
        const frames = readGrowing(read, unit);
        if (vector.malformed) return assert.equal(frames, null);
        assert.deepEqual(bare(frames), given(vector));
      });
    }
    if (vector.malformed || vector.cut) continue;
    it(`encodes ${vector.name} (${vector.form})`, () => {
      assert.equal(encodeFrames(given(vector), encode), unit);
    });
  }
});

describe('the shim reads a unit in chunks', () => {
  it('keeps counting over the units of one carrier', () => {
    const position = startPosition();
    readText(position, '#5\x1eTa\x1e');
    position._at = position._seen = 0;
    assert.deepEqual(
      readText(position, 'Tb\x1eTc\x1e')?.map((frame) => frame._seq),
      [6, 7],
    );
  });

  it('takes the low eight bits of what x-user-defined shows of high bytes', () => {
    const shown = '#\x011B\x02\uf7ff\uf780'.replace('\uf7ff', '\uf7fe');
    assert.equal(readBytes(startPosition(), shown)?.[1]?._data, '\xfe\x80');
  });
});

describe('the shim encodes bodies, addresses and parameters as the test vectors have them', () => {
  for (const vector of load<Vector>('bodies.json')) {
    if (vector.malformed) continue;
    it(`encodes ${vector.name} (${vector.form})`, () => {
      const body = vector.form === 'text' ? textBody : byteBody;
      const unit = vector.form === 'text' ? vector.unit : latin1(vector.unit);
      assert.equal(body(vector.token as string, given(vector)), unit);
    });
  }

  for (const { url, action, node, token, address } of load<{
    url: string;
    action: string;
    node?: string;
    token?: string;
    address: string;
  }>('addresses.json'))
    it(`finds ${action} of ${url}${node ? ` at ${node}` : ''}`, () => {
      assert.equal(addressOf(url, action, node, token), address);
    });

  for (const vector of load<{ name: string; text: string; fields: Record<string, string> }>(
    'parameters.json',
  )) {
    it(`encodes and reads ${vector.name}`, () => {
      assert.deepEqual(readFields(vector.text), vector.fields);
      assert.deepEqual(readFields(encodeFields(vector.fields)), vector.fields);
    });
  }

  for (const vector of load<{
    name: string;
    steps: { transport: string; what: string }[];
    direct: string;
  }>('steps.json'))
    it(`encodes the steps of ${vector.name}`, () => {
      assert.equal(encodeSteps(vector.steps), vector.direct);
    });

  it('takes a cut escape for malformed', () => {
    assert.equal(readFields('a=%C3'), null);
  });
});

function load<T>(name: string): T[] {
  return JSON.parse(readFileSync(new URL(`../../vectors/${name}`, import.meta.url), 'utf8'));
}

function latin1(hex: string): string {
  return Buffer.from(hex, 'hex').toString('latin1');
}

function given(vector: Vector): Frame[] {
  return (vector.frames ?? []).map((frame) => ({
    _type: frame.type,
    _data: frame.hex === undefined ? (frame.text as string) : latin1(frame.hex),
    _seq: 0,
  }));
}

function bare(frames: Frame[] | null): Frame[] | undefined {
  return frames?.map((frame) => ({ ...frame, _seq: 0 }));
}

function readGrowing(read: Read, unit: string): Frame[] | null {
  const position = startPosition();
  const all: Frame[] = [];
  for (let length = 0; length <= unit.length; length += 1) {
    const frames = read(position, unit.slice(0, length));
    if (!frames) return null;
    all.push(...frames);
  }
  return all;
}
