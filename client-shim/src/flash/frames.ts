import type { ByteArray } from '../lang/bytes.ts';
import { type ByteQueue, join, randomBytes } from './bytes.ts';

/** RFC 6455 §5.2. */
export const CONTINUATION = 0;
export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** A frame as a client sends it: whole, and masked (§5.3). */
export function encodeFrame(opcode: number, payload: ByteArray): number[] {
  const length = payload.length;
  const frame = [0x80 | opcode];
  if (length < 126) frame.push(0x80 | length);
  else if (length < 65536) frame.push(0x80 | 126, length >> 8, length & 255);
  else {
    // 64 bits, of which an engine's shifts have 32.
    frame.push(0x80 | 127, 0, 0, 0, Math.floor(length / 4294967296));
    frame.push((length >>> 24) & 255, (length >> 16) & 255, (length >> 8) & 255, length & 255);
  }
  const mask = randomBytes(4);
  frame.push(mask[0] as number, mask[1] as number, mask[2] as number, mask[3] as number);
  for (let at = 0; at < length; at += 1) frame.push((payload[at] as number) ^ (mask[at & 3] as number));
  return frame;
}

/** What a frame reader tells. */
export interface FrameEvents {
  /** A whole message, `TEXT` or `BINARY`, or a control frame. */
  frame(opcode: number, payload: number[]): void;
  /** The server broke the protocol; nothing is read any more. */
  broken(): void;
}

/** Reads the frames of a server and puts fragments together. */
export class FrameReader {
  private readonly _incoming: ByteQueue;
  private readonly _events: FrameEvents;
  /** The frame that is being read: its first two bytes, then how long its payload is. */
  private _head: number[] | null = null;
  private _length = -1;
  /** The message whose fragments come, if one is under way. */
  private _opcode = CONTINUATION;
  private _fragments: number[][] = [];
  private _over = false;

  constructor(incoming: ByteQueue, events: FrameEvents) {
    this._incoming = incoming;
    this._events = events;
  }

  /** Reads all frames that are complete. */
  _read(): void {
    while (!this._over && this._readFrame());
  }

  /** Reads no more: what comes is of no interest. */
  _stop(): void {
    this._over = true;
  }

  private _readFrame(): boolean {
    if (!this._head) {
      this._head = this._incoming._take(2);
      if (!this._head) return false;
      if (!this._isLawful(this._head[0] as number, this._head[1] as number)) return this._fail();
    }
    if (this._length < 0 && !this._readLength(this._head[1] as number)) return false;
    const payload = this._incoming._take(this._length);
    if (!payload) return false;
    const first = this._head[0] as number;
    this._head = null;
    this._length = -1;
    this._deliver(first, payload);
    return true;
  }

  /**
   * No reserved bit, no mask, control frames short and whole, continuations where there is
   * something to continue (§5.1, §5.4, §5.5).
   */
  private _isLawful(first: number, second: number): boolean {
    const opcode = first & 15;
    if (first & 0x70 || second & 0x80) return false;
    if (opcode >= CLOSE) return opcode <= PONG && !!(first & 0x80) && second < 126;
    return opcode <= BINARY && (opcode === CONTINUATION) === (this._opcode !== CONTINUATION);
  }

  private _readLength(second: number): boolean {
    if (second < 126) this._length = second;
    else {
      const bytes = this._incoming._take(second === 126 ? 2 : 8);
      if (!bytes) return false;
      let length = 0;
      for (let at = 0; at < bytes.length; at += 1) length = length * 256 + (bytes[at] as number);
      // §5.2: the minimal number of bytes must be used. Browsers fail the connection, too.
      if (length < (second === 126 ? 126 : 65536)) return this._fail();
      this._length = length;
    }
    return true;
  }

  private _deliver(first: number, payload: number[]): void {
    const opcode = first & 15;
    if (opcode >= CLOSE) {
      this._events.frame(opcode, payload);
      return;
    }
    if (opcode !== CONTINUATION) this._opcode = opcode;
    this._fragments.push(payload);
    if (!(first & 0x80)) return;
    const message = this._fragments.length > 1 ? join(this._fragments) : payload;
    const kind = this._opcode;
    this._opcode = CONTINUATION;
    this._fragments = [];
    this._events.frame(kind, message);
  }

  private _fail(): boolean {
    this._over = true;
    this._events.broken();
    return false;
  }
}

/** Codes that browsers pass on. RFC 6455 §7.4.1 reserves the others for what no Close says. */
export function mayPass(code: number): boolean {
  return code !== 1005 && code !== 1006 && code !== 1015;
}
