import { encodeBytes, encodeBytesControl } from '../protocol/byte-form.ts';
import type { Delivery, DeliveryPart, EndReason } from '../protocol/delivery.ts';
import { closingFrames, END_LETTERS, type ResumableEncoder } from './resumable.ts';

const ENDS: Readonly<Record<EndReason, Buffer>> = {
  recycled: encodeBytesControl('E', END_LETTERS.recycled),
  superseded: encodeBytesControl('E', END_LETTERS.superseded),
  gone: encodeBytesControl('E', END_LETTERS.gone),
  refused: encodeBytesControl('E', END_LETTERS.refused),
};

const NOTHING = Buffer.alloc(0);

/** Frames in byte form (PROTOCOL.md §2). */
export const bytes: ResumableEncoder<Buffer> = {
  delivery: encodeDelivery,
  padding: (length) => (length === 0 ? NOTHING : encodeBytesControl('P', ' '.repeat(length))),
  heartbeat: encodeBytesControl('H'),
  recycle: encodeBytesControl('R'),
  end: (reason) => ENDS[reason],
};

function encodeDelivery(delivery: Delivery, positioned: boolean): Buffer {
  if (delivery.parts !== undefined) return Buffer.concat(delivery.parts.flatMap(encodePart));
  const frames: Buffer[] = [];
  if (delivery.ack >= 0) frames.push(encodeBytesControl('A', String(delivery.ack)));
  if (!positioned) frames.push(encodeBytesControl('#', String(delivery.first)));
  for (const entry of delivery.entries) {
    if (entry.message !== undefined) frames.push(...encodeBytes(entry.message, entry.more));
    else frames.push(...closingFrames(entry).map((frame) => encodeBytesControl(...frame)));
  }
  return Buffer.concat(frames);
}

function encodePart({ session, delivery, positioned, sign }: DeliveryPart): Buffer[] {
  const frames = session === undefined ? [] : [encodeBytesControl('S', String(session))];
  if (delivery !== undefined) frames.push(encodeDelivery(delivery, positioned));
  if (sign !== '') frames.push(encodeBytesControl(sign.charAt(0), sign.slice(1)));
  return frames;
}
