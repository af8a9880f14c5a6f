import { isUtf8 } from 'node:buffer';
import { RequestError } from '../base/errors.ts';
import { type CloseStatus, mayTravel, NO_STATUS } from './close.ts';
import type { Message } from './message.ts';
import { type Arrival, MalformedError, type SharedUnit, type Unit, type Wanted } from './unit.ts';

/**
 * Numbered frames of one unit, and frames of other kinds. A frame costs far more to handle than its
 * few bytes: a body of empty ones would delay everybody. The shim puts at most 512 numbered frames
 * into a unit; up to version 0.1.0 it put as many as a body holds.
 */
const MAX_FRAMES = 1_024;
const MAX_PADDING = 8192;
/** RFC 6455 §5.5: a control frame has at most 125 bytes, two of them the code. */
const MAX_REASON = 123;
/**
 * Sessions of one carrier. A GET that names so many is still short enough for IE, which takes 2083
 * characters (Microsoft, KB208427).
 */
const MAX_SESSIONS = 32;

/** Collects the frames of one unit, in whichever form they were read. */
export class UnitBuilder implements Unit {
  readonly arrivals: Arrival[] = [];
  ack = -1;
  wanted: Wanted | undefined = undefined;
  pageGone = false;
  next: number;
  shared: SharedUnit[] | undefined = undefined;
  leftOut = false;
  #numbered = 0;
  #others = 0;
  /** The further session that the next frames belong to. */
  #selected: UnitBuilder | undefined = undefined;

  /** `next`: number of the first numbered frame if an earlier unit has stated it, else 0. */
  constructor(next = 0) {
    this.next = next;
  }

  /**
   * Whether the unit has room for one more numbered frame. Without room, this frame and all
   * numbered ones behind it are left out.
   */
  takesNumbered(): boolean {
    this.leftOut ||= this.#numbered === MAX_FRAMES;
    if (!this.leftOut) this.#numbered++;
    return !this.leftOut;
  }

  /** A message or fragment, for which `takesNumbered` has found room. */
  message(message: Message, more: boolean): void {
    if (this.#selected !== undefined) this.#selected.message(message, more);
    else this.arrivals.push({ number: this.#number(), message, more, close: undefined });
  }

  /**
   * Any frame whose payload is plain text in both forms. Throws a `RequestError` with `GW_FRAMES`
   * if the unit has too many that are not numbered.
   */
  control(type: string, payload: string): void {
    if (type === 'C') {
      if (!this.takesNumbered()) return;
    } else if (++this.#others > MAX_FRAMES) throw new RequestError('GW_FRAMES');
    if (type === 'S') this.#select(payload);
    else if (this.#selected !== undefined) this.#selected.#read(type, payload);
    else this.#read(type, payload);
  }

  /**
   * Attaches one more session of the carrier. `payload` is that of an `S` frame, or an `s`
   * parameter of a GET carrier: `k,token,n,ack`.
   */
  share(payload: string): void {
    const [k = '', token = '', n = '', ack = '', ...rest] = payload.split(',');
    const builder = new UnitBuilder();
    builder.#read('D', `${n},${ack}`);
    this.shared ??= [];
    const isNext = parseNumber(k) === this.shared.length + 1;
    if (!isNext || token === '' || rest.length > 0) throw new MalformedError('malformed session');
    if (this.shared.length + 1 === MAX_SESSIONS) throw new MalformedError('too many sessions on one carrier');
    this.shared.push({ token, unit: builder });
    this.#selected = builder;
  }

  #select(payload: string): void {
    if (payload.includes(',')) {
      this.share(payload);
      return;
    }
    const k = parseNumber(payload);
    const builder = this.shared?.[k - 1]?.unit as UnitBuilder | undefined;
    if (builder === undefined && k > 0) throw new MalformedError('malformed session');
    this.#selected = builder;
    // Each session has its own numbers, which begin with a position.
    (builder ?? this).next = 0;
  }

  #read(type: string, payload: string): void {
    switch (type) {
      case '#':
        this.next = parseNumber(payload);
        if (this.next === 0) throw new MalformedError('numbers begin at 1');
        return;
      case 'A':
        this.ack = Math.max(this.ack, parseNumber(payload));
        return;
      case 'D':
        if (this.wanted !== undefined) throw new MalformedError('two attaches');
        this.wanted = parseWanted(payload);
        this.ack = Math.max(this.ack, this.wanted.ack);
        return;
      case 'C':
        this.arrivals.push({
          number: this.#number(),
          message: undefined,
          more: false,
          close: parseClose(payload),
        });
        return;
      case 'X':
        requireEmpty(payload);
        this.pageGone = true;
        return;
      case 'H':
        requireEmpty(payload);
        return;
      default:
        throw new MalformedError('unknown frame type');
    }
  }

  #number(): number {
    if (this.next === 0) throw new MalformedError('a numbered frame without a position');
    if (this.next > Number.MAX_SAFE_INTEGER) throw new MalformedError('number out of range');
    return this.next++;
  }
}

/** A decimal number without sign or leading zeros, at most 2^53-1. */
export function parseNumber(text: string): number {
  const { length } = text;
  if (length === 0 || length > 16 || (length > 1 && text.charCodeAt(0) === ZERO)) throw badNumber();
  let value = 0;
  for (let index = 0; index < length; index++) {
    const digit = text.charCodeAt(index) - ZERO;
    if (digit < 0 || digit > 9) throw badNumber();
    value = value * 10 + digit;
  }
  if (value > Number.MAX_SAFE_INTEGER) throw badNumber();
  return value;
}

const ZERO = 48;

function badNumber(): MalformedError {
  return new MalformedError('malformed number');
}

/** The payload of a `D` frame, or the `d` parameter of a GET carrier: `n,ack[,form[,padding]]`. */
export function parseWanted(payload: string): Wanted {
  const first = payload.indexOf(',');
  const second = payload.indexOf(',', first + 1);
  if (first < 0) throw new MalformedError('malformed attach');
  const n = parseNumber(payload.slice(0, first));
  if (n === 0) throw new MalformedError('malformed attach');
  // Nearly every attach is this short one.
  if (second < 0) return { n, ack: parseNumber(payload.slice(first + 1)), form: 'text', padding: 0 };
  const [form, padding = '0', ...rest] = payload.slice(second + 1).split(',');
  const isKnown = form === 't' || form === 'b' || form === 'r';
  if (!isKnown || rest.length > 0) throw new MalformedError('malformed attach');
  const wanted: Wanted = {
    n,
    ack: parseNumber(payload.slice(first + 1, second)),
    form: form === 'b' ? 'byte' : 'text',
    padding: parseNumber(padding),
    brief: form === 'r',
  };
  if (wanted.padding > MAX_PADDING) throw new MalformedError('too much padding');
  return wanted;
}

function parseClose(payload: string): CloseStatus {
  if (payload === '') return NO_STATUS;
  const comma = payload.indexOf(',');
  const code = parseNumber(comma < 0 ? payload : payload.slice(0, comma));
  const reason = comma < 0 ? '' : payload.slice(comma + 1);
  if (!mayTravel(code)) throw new MalformedError('close code not allowed');
  if (Buffer.byteLength(reason) > MAX_REASON) throw new MalformedError('close reason too long');
  return { code, reason };
}

/** The payload of a `C` frame. */
export function encodeClose(status: CloseStatus): string {
  if (status.code === NO_STATUS.code) return '';
  return status.reason === '' ? String(status.code) : `${status.code},${status.reason}`;
}

/** Decodes UTF-8. Throws a `MalformedError` for anything else. */
export function decodeUtf8(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new MalformedError('text is not UTF-8');
  return bytes.toString('utf8');
}

function requireEmpty(payload: string): void {
  if (payload !== '') throw new MalformedError('payload where none belongs');
}
