import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { encodeBytes, encodeBytesControl, parseBytes } from '../../../gateway/protocol/byte-form.ts';
import { Message } from '../../../gateway/protocol/message.ts';
import { encodeText, encodeTextControl, parseText } from '../../../gateway/protocol/text-form.ts';
import type { Unit, Wanted } from '../../../gateway/protocol/unit.ts';
import { parseFallbackPath } from '../../../gateway/transport/fallback-path.ts';

interface Frame {
  readonly type: string;
  readonly text?: string;
  readonly hex?: string;
}

interface FrameVector {
  readonly name: string;
  readonly form: 'text' | 'byte';
  readonly from: 'client' | 'gateway' | 'both';
  readonly unit: string;
  readonly frames?: readonly Frame[];
  readonly cut?: boolean;
  readonly malformed?: boolean;
}

function read<T>(name: string): readonly T[] {
  return JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), 'utf8')) as T[];
}

function parse(vector: FrameVector): Unit {
  return vector.form === 'text' ? parseText(vector.unit) : parseBytes(Buffer.from(vector.unit, 'hex'));
}

function messageOf(frame: Frame): Message | undefined {
  if (frame.type === 'B' || frame.type === 'b') return Message.binary(Buffer.from(frame.hex ?? '', 'hex'));
  return frame.type === 'T' || frame.type === 't' ? Message.text(frame.text ?? '') : undefined;
}

function encode(frame: Frame, form: 'text' | 'byte'): Buffer {
  const message = messageOf(frame);
  const more = frame.type === 't' || frame.type === 'b';
  if (form === 'text') {
    return Buffer.from(message ? encodeText(message, more) : encodeTextControl(frame.type, frame.text));
  }
  return message ? Buffer.concat(encodeBytes(message, more)) : encodeBytesControl(frame.type, frame.text);
}

interface Summary {
  arrivals: unknown[];
  ack: number;
  wanted: string;
  pageGone: boolean;
  next: number;
  /** Of the further sessions, each behind its token. */
  shared: (readonly [string, Summary])[];
}

/** The frames of a unit in a shape that both vectors and parsed units can be brought to. */
function summarize(frames: readonly Frame[]): Summary {
  const sessions: [token: string, frames: Frame[]][] = [['', []]];
  let selected = 0;
  for (const frame of frames) {
    const [k, token, ...attach] = frame.type === 'S' ? (frame.text ?? '').split(',') : [];
    if (k !== undefined) selected = Number(k);
    if (token !== undefined) sessions.push([token, [{ type: 'D', text: attach.join(',') }]]);
    if (k === undefined) sessions[selected]?.[1].push(frame);
  }
  const [first, ...shared] = sessions.map(([token, list]) => [token, summarizeOne(list)] as const);
  return { ...(first?.[1] as Summary), shared };
}

function summarizeOne(frames: readonly Frame[]): Summary {
  let next = 0;
  const summary: Summary = { arrivals: [], ack: -1, wanted: '', pageGone: false, next: 0, shared: [] };
  for (const frame of frames) {
    const message = messageOf(frame);
    if (message !== undefined) {
      const more = frame.type === 't' || frame.type === 'b';
      summary.arrivals.push([next++, message.binary, message.bytes.toString('hex'), more]);
    } else if (frame.type === 'C') summary.arrivals.push([next++, frame.text ?? '']);
    else if (frame.type === '#') next = Number(frame.text);
    else if (frame.type === 'A') summary.ack = Math.max(summary.ack, Number(frame.text));
    else if (frame.type === 'X') summary.pageGone = true;
    else if (frame.type === 'D') {
      const [n, ack, form = 't', padding = '0'] = (frame.text ?? '').split(',');
      summary.wanted = `${n},${ack},${form},${padding}`;
      summary.ack = Math.max(summary.ack, Number(ack));
    }
  }
  summary.next = next;
  return summary;
}

function summarizeUnit({ arrivals, ack, wanted, pageGone, next, shared = [] }: Unit): Summary {
  return {
    arrivals: arrivals.map(({ number, message, more, close }) => {
      if (message !== undefined) return [number, message.binary, message.bytes.toString('hex'), more];
      if (close === undefined || close.code === 1005) return [number, ''];
      return [number, `${close.code}${close.reason && `,${close.reason}`}`];
    }),
    ack,
    shared: shared.map(({ token, unit }) => [token, summarizeUnit(unit)]),
    wanted: wanted === undefined ? '' : `${wanted.n},${wanted.ack},${formOf(wanted)},${wanted.padding}`,
    pageGone,
    next,
  };
}

function formOf({ form, brief = false }: Wanted): string {
  if (brief) return 'r';
  return form === 'byte' ? 'b' : 't';
}

describe('the frame codec, held against the vectors that the shim reads too (PROTOCOL.md §2)', () => {
  const vectors = read<FrameVector>('frames');

  for (const vector of vectors.filter(({ from, malformed }) => from !== 'gateway' && !malformed)) {
    it(`reads ${vector.name}, in ${vector.form} form`, () => {
      assert.deepEqual(summarizeUnit(parse(vector)), summarize(vector.frames ?? []));
    });
  }

  for (const vector of vectors.filter(({ from, malformed }) => from !== 'gateway' && malformed)) {
    it(`refuses ${vector.name}, in ${vector.form} form`, () => {
      assert.throws(() => parse(vector), { name: 'MalformedError' });
    });
  }

  for (const vector of vectors.filter(({ malformed, cut }) => !malformed && !cut)) {
    it(`encodes ${vector.name}, in ${vector.form} form`, () => {
      const bytes = Buffer.concat((vector.frames ?? []).map((frame) => encode(frame, vector.form)));
      assert.equal(
        bytes.toString('hex'),
        Buffer.from(vector.unit, vector.form === 'text' ? 'utf8' : 'hex').toString('hex'),
      );
    });
  }
});

describe('the addresses, held against the vectors that the shim reads too (PROTOCOL.md §1)', () => {
  interface AddressVector {
    readonly url: string;
    readonly action: string;
    readonly node?: string;
    readonly token?: string;
    readonly address: string;
  }

  for (const { url, action, node, token, address } of read<AddressVector>('addresses')) {
    it(`takes ${address} apart`, () => {
      const base = new URL(url).pathname.replace(/\/+$/, '');
      assert.deepEqual(parseFallbackPath(new URL(address).pathname), { base, node, token, action });
    });
  }

  it('knows no other version', () => {
    assert.equal(parseFallbackPath('/echo/_fallback/v2/create'), undefined);
  });
});
