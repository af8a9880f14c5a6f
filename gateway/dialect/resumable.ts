import { spellBytes, spellBytesControl } from '../protocol/byte-form.ts';
import { ABNORMAL } from '../protocol/close.ts';
import type { Delivery, Entry, Part } from '../protocol/delivery.ts';
import { spellText, spellTextControl } from '../protocol/text-form.ts';
import { spellClose } from '../protocol/unit-builder.ts';

/** What this dialect promises of a session: all of PROTOCOL.md. */
export const resumablePolicy = { delivered: 'acknowledged', second: 'supersedes' } as const;

/** A delivery in text form. `positioned`: the receiver knows already which number comes first. */
export function spellDelivery(delivery: Delivery, positioned: boolean): string {
  if (delivery.parts !== undefined) return delivery.parts.map(spellPart).join('');
  let text = delivery.ack < 0 ? '' : spellTextControl('A', String(delivery.ack));
  if (!positioned) text += spellTextControl('#', String(delivery.first));
  for (const entry of delivery.entries) text += spellEntry(entry);
  return text;
}

function spellPart({ session, delivery, positioned, sign }: Part): string {
  let text = session === undefined ? '' : spellTextControl('S', String(session));
  if (delivery !== undefined) text += spellDelivery(delivery, positioned);
  return sign === '' ? text : text + spellTextControl(sign.charAt(0), sign.slice(1));
}

function spellEntry(entry: Entry): string {
  if (entry.message !== undefined) return spellText(entry.message, entry.more);
  return isAbnormal(entry)
    ? spellTextControl('X')
    : spellTextControl('C', spellClose(entry.close ?? ABNORMAL));
}

/** A delivery in byte form. */
export function spellDeliveryBytes(delivery: Delivery, positioned: boolean): Buffer {
  if (delivery.parts !== undefined) return Buffer.concat(delivery.parts.flatMap(spellPartBytes));
  const parts: Buffer[] = [];
  if (delivery.ack >= 0) parts.push(spellBytesControl('A', String(delivery.ack)));
  if (!positioned) parts.push(spellBytesControl('#', String(delivery.first)));
  for (const entry of delivery.entries) {
    if (entry.message !== undefined) parts.push(...spellBytes(entry.message, entry.more));
    else
      parts.push(
        isAbnormal(entry)
          ? spellBytesControl('X')
          : spellBytesControl('C', spellClose(entry.close ?? ABNORMAL)),
      );
  }
  return Buffer.concat(parts);
}

function spellPartBytes({ session, delivery, positioned, sign }: Part): Buffer[] {
  const parts = session === undefined ? [] : [spellBytesControl('S', String(session))];
  if (delivery !== undefined) parts.push(spellDeliveryBytes(delivery, positioned));
  if (sign !== '') parts.push(spellBytesControl(sign.charAt(0), sign.slice(1)));
  return parts;
}

function isAbnormal(entry: Entry): boolean {
  return entry.close === undefined || entry.close.code === ABNORMAL.code;
}

/** Why a downstream ends, as the letter of an `E` frame. */
export type EndLetter = 'r' | 's' | 'g';

export const HEARTBEAT = spellTextControl('H');
export const RECYCLE = spellTextControl('R');
export const END: Readonly<Record<EndLetter, string>> = {
  r: spellTextControl('E', 'r'),
  s: spellTextControl('E', 's'),
  g: spellTextControl('E', 'g'),
};

export const HEARTBEAT_BYTES = spellBytesControl('H');
export const RECYCLE_BYTES = spellBytesControl('R');
export const END_BYTES: Readonly<Record<EndLetter, Buffer>> = {
  r: spellBytesControl('E', 'r'),
  s: spellBytesControl('E', 's'),
  g: spellBytesControl('E', 'g'),
};

/** Padding of so many octets. */
export function spellPadding(octets: number): string {
  return octets === 0 ? '' : spellTextControl('P', ' '.repeat(octets));
}

/** An acknowledgement alone: the answer to a `send`. */
export function spellAck(number: number): string {
  return spellTextControl('A', String(number));
}

/** The same in byte form. */
export function spellPaddingBytes(octets: number): Buffer {
  return octets === 0 ? Buffer.alloc(0) : spellBytesControl('P', ' '.repeat(octets));
}
