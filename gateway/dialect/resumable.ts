import { ABNORMAL } from '../protocol/close.ts';
import type { EndReason, Entry } from '../protocol/delivery.ts';
import { encodeTextControl } from '../protocol/text-form.ts';
import type { Chunk, Encoder } from './encoder.ts';

/** What this dialect promises of a session: all of PROTOCOL.md. */
export const resumablePolicy = {
  delivered: 'acknowledged',
  untaken: 'repeated',
  second: 'supersedes',
} as const;

/** Encodes the frames of PROTOCOL.md in one of their forms. */
export interface ResumableEncoder<C extends Chunk = Chunk> extends Encoder<C> {
  /** Padding of so many bytes; nothing of none. */
  padding(bytes: number): C;
  /** Asks the client for its next downstream. */
  readonly recycle: C;
}

/**
 * Why a downstream ends, as the payload of an `E` frame. This dialect never refuses a second
 * downstream.
 */
export const END_LETTERS: Readonly<Record<EndReason, string>> = {
  recycled: 'r',
  superseded: 's',
  gone: 'g',
  refused: 's',
};

/** The entry is an end without a Close, which has a separate frame type. */
export function isAbnormal({ close }: Entry): boolean {
  return close === undefined || close.code === ABNORMAL.code;
}

/** An acknowledgement alone: the answer to a `send`. */
export function encodeAck(number: number): string {
  return encodeTextControl('A', String(number));
}
