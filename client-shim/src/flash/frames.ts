import type { Octets } from '../lang/bytes.ts';
import { type Incoming, join, randomOctets } from './octets.ts';

/** RFC 6455 §5.2. */
export const CONTINUATION = 0;
export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** A frame as a client sends it: whole, and masked (§5.3). */
export function spellFrame(opcode: number, payload: Octets): number[] {
  const length = payload.length;
  const frame = [0x80 | opcode];
  if (length < 126) frame.push(0x80 | length);
  else if (length < 65536) frame.push(0x80 | 126, length >> 8, length & 255);
  else {
    // 64 bits, of which an engine's shifts have 32.
    frame.push(0x80 | 127, 0, 0, 0, Math.floor(length / 4294967296));
    frame.push((length >>> 24) & 255, (length >> 16) & 255, (length >> 8) & 255, length & 255);
  }
  const mask = randomOctets(4);
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
  private readonly incoming: Incoming;
  private readonly events: FrameEvents;
  /** The frame that is being read: its first two octets, then how long its payload is. */
  private head: number[] | null = null;
  private length = -1;
  /** The message whose fragments come, if one is under way. */
  private opcode = CONTINUATION;
  private fragments: number[][] = [];
  private over = false;

  constructor(incoming: Incoming, events: FrameEvents) {
    this.incoming = incoming;
    this.events = events;
  }

  /** Reads all frames that are complete. */
  read(): void {
    while (!this.over && this.readFrame());
  }

  /** Reads no more: what comes is of no interest. */
  stop(): void {
    this.over = true;
  }

  private readFrame(): boolean {
    if (!this.head) {
      this.head = this.incoming.take(2);
      if (!this.head) return false;
      if (!this.isLawful(this.head[0] as number, this.head[1] as number)) return this.fail();
    }
    if (this.length < 0 && !this.readLength(this.head[1] as number)) return false;
    const payload = this.incoming.take(this.length);
    if (!payload) return false;
    const first = this.head[0] as number;
    this.head = null;
    this.length = -1;
    this.deliver(first, payload);
    return true;
  }

  /** No reserved bit, no mask, control frames short and whole, continuations where there is something to continue (§5.1, §5.4, §5.5). */
  private isLawful(first: number, second: number): boolean {
    const opcode = first & 15;
    if (first & 0x70 || second & 0x80) return false;
    if (opcode >= CLOSE) return opcode <= PONG && !!(first & 0x80) && second < 126;
    return opcode <= BINARY && (opcode === CONTINUATION) === (this.opcode !== CONTINUATION);
  }

  private readLength(second: number): boolean {
    if (second < 126) this.length = second;
    else {
      const octets = this.incoming.take(second === 126 ? 2 : 8);
      if (!octets) return false;
      let length = 0;
      for (let at = 0; at < octets.length; at += 1) length = length * 256 + (octets[at] as number);
      this.length = length;
    }
    return true;
  }

  private deliver(first: number, payload: number[]): void {
    const opcode = first & 15;
    if (opcode >= CLOSE) {
      this.events.frame(opcode, payload);
      return;
    }
    if (opcode !== CONTINUATION) this.opcode = opcode;
    this.fragments.push(payload);
    if (!(first & 0x80)) return;
    const message = this.fragments.length > 1 ? join(this.fragments) : payload;
    const kind = this.opcode;
    this.opcode = CONTINUATION;
    this.fragments = [];
    this.events.frame(kind, message);
  }

  private fail(): boolean {
    this.over = true;
    this.events.broken();
    return false;
  }
}
