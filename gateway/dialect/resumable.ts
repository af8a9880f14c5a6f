import { encodeBytes, encodeBytesControl } from '../protocol/byte-form.ts';
import { ABNORMAL } from '../protocol/close.ts';
import type { Delivery, Entry, Part } from '../protocol/delivery.ts';
import { encodeText, encodeTextControl } from '../protocol/text-form.ts';
import { encodeClose } from '../protocol/unit-builder.ts';

/** What this dialect promises of a session: all of PROTOCOL.md. */
export const resumablePolicy = {
  dialect: 'fallback',
  delivered: 'acknowledged',
  untaken: 'repeated',
  second: 'supersedes',
} as const;

/** A delivery in text form. `positioned`: the receiver knows already which number comes first. */
export function encodeDelivery(delivery: Delivery, positioned: boolean): string {
  if (delivery.parts !== undefined) return delivery.parts.map(encodePart).join('');
  let text = delivery.ack < 0 ? '' : encodeTextControl('A', String(delivery.ack));
  if (!positioned) text += encodeTextControl('#', String(delivery.first));
  for (const entry of delivery.entries) text += encodeEntry(entry);
  return text;
}

function encodePart({ session, delivery, positioned, sign }: Part): string {
  let text = session === undefined ? '' : encodeTextControl('S', String(session));
  if (delivery !== undefined) text += encodeDelivery(delivery, positioned);
  return sign === '' ? text : text + encodeTextControl(sign.charAt(0), sign.slice(1));
}

function encodeEntry(entry: Entry): string {
  if (entry.message !== undefined) return encodeText(entry.message, entry.more);
  return isAbnormal(entry)
    ? encodeTextControl('X')
    : encodeTextControl('C', encodeClose(entry.close ?? ABNORMAL));
}

/** A delivery in byte form. */
export function encodeDeliveryBytes(delivery: Delivery, positioned: boolean): Buffer {
  if (delivery.parts !== undefined) return Buffer.concat(delivery.parts.flatMap(encodePartBytes));
  const parts: Buffer[] = [];
  if (delivery.ack >= 0) parts.push(encodeBytesControl('A', String(delivery.ack)));
  if (!positioned) parts.push(encodeBytesControl('#', String(delivery.first)));
  for (const entry of delivery.entries) {
    if (entry.message !== undefined) parts.push(...encodeBytes(entry.message, entry.more));
    else
      parts.push(
        isAbnormal(entry)
          ? encodeBytesControl('X')
          : encodeBytesControl('C', encodeClose(entry.close ?? ABNORMAL)),
      );
  }
  return Buffer.concat(parts);
}

function encodePartBytes({ session, delivery, positioned, sign }: Part): Buffer[] {
  const parts = session === undefined ? [] : [encodeBytesControl('S', String(session))];
  if (delivery !== undefined) parts.push(encodeDeliveryBytes(delivery, positioned));
  if (sign !== '') parts.push(encodeBytesControl(sign.charAt(0), sign.slice(1)));
  return parts;
}

function isAbnormal(entry: Entry): boolean {
  return entry.close === undefined || entry.close.code === ABNORMAL.code;
}

/** Why a downstream ends, as the letter of an `E` frame. */
export type EndLetter = 'r' | 's' | 'g';

export const HEARTBEAT = encodeTextControl('H');
export const RECYCLE = encodeTextControl('R');
export const END: Readonly<Record<EndLetter, string>> = {
  r: encodeTextControl('E', 'r'),
  s: encodeTextControl('E', 's'),
  g: encodeTextControl('E', 'g'),
};

export const HEARTBEAT_BYTES = encodeBytesControl('H');
export const RECYCLE_BYTES = encodeBytesControl('R');
export const END_BYTES: Readonly<Record<EndLetter, Buffer>> = {
  r: encodeBytesControl('E', 'r'),
  s: encodeBytesControl('E', 's'),
  g: encodeBytesControl('E', 'g'),
};

/** Padding of so many bytes. */
export function encodePadding(bytes: number): string {
  return bytes === 0 ? '' : encodeTextControl('P', ' '.repeat(bytes));
}

/** An acknowledgement alone: the answer to a `send`. */
export function encodeAck(number: number): string {
  return encodeTextControl('A', String(number));
}

/** The same in byte form. */
export function encodePaddingBytes(bytes: number): Buffer {
  return bytes === 0 ? Buffer.alloc(0) : encodeBytesControl('P', ' '.repeat(bytes));
}
