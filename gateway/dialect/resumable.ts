import { ABNORMAL, mayTravel, NO_STATUS } from '../protocol/close.ts';
import type { EndReason, Entry } from '../protocol/delivery.ts';
import { encodeNumber } from '../protocol/text-form.ts';
import { encodeClose } from '../protocol/unit-builder.ts';
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

/**
 * The frames that say how the connection ended, as types and payloads. What a shim of 0.1.0 does
 * not know stands in padding before the `X` (PROTOCOL.md §9).
 */
export function closingFrames({ close = ABNORMAL }: Entry): [type: string, payload: string][] {
  const { code, failed } = close;
  if (code !== ABNORMAL.code && (code === NO_STATUS.code || mayTravel(code)))
    return [['C', encodeClose(close)]];
  const more = failed === true ? 'f' : code === ABNORMAL.code ? '' : encodeClose(close);
  return more === ''
    ? [['X', '']]
    : [
        ['P', more],
        ['X', ''],
      ];
}

/** An acknowledgement alone: the answer to a `send`. */
export function encodeAck(number: number): string {
  return encodeNumber('A', number);
}
