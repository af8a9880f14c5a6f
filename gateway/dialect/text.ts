import type { Delivery, DeliveryPart, EndReason, Entry } from '../protocol/delivery.ts';
import { encodeNumber, encodeText, encodeTextControl } from '../protocol/text-form.ts';
import type { Wrap } from './encoder.ts';
import { closingFrames, END_LETTERS, type ResumableEncoder } from './resumable.ts';

const ENDS: Readonly<Record<EndReason, string>> = {
  recycled: encodeTextControl('E', END_LETTERS.recycled),
  superseded: encodeTextControl('E', END_LETTERS.superseded),
  gone: encodeTextControl('E', END_LETTERS.gone),
  refused: encodeTextControl('E', END_LETTERS.refused),
};

/** Frames in text form (PROTOCOL.md §2). */
export const text: ResumableEncoder<string> = {
  delivery: encodeDelivery,
  padding: (bytes) => (bytes === 0 ? '' : encodeTextControl('P', ' '.repeat(bytes))),
  heartbeat: encodeTextControl('H'),
  recycle: encodeTextControl('R'),
  end: (reason) => ENDS[reason],
};

/** Frames in text form, and something around all that is written at a time. */
export function wrappedText(wrap: Wrap): ResumableEncoder<string> {
  return {
    delivery: (delivery, positioned) => wrap(encodeDelivery(delivery, positioned)),
    padding: (bytes) => wrap(text.padding(bytes)),
    heartbeat: wrap(text.heartbeat),
    recycle: wrap(text.recycle),
    end: (reason) => wrap(text.end(reason)),
  };
}

function encodeDelivery(delivery: Delivery, positioned: boolean): string {
  if (delivery.parts !== undefined) return delivery.parts.map(encodePart).join('');
  let frames = delivery.ack < 0 ? '' : encodeNumber('A', delivery.ack);
  if (!positioned) frames += encodeNumber('#', delivery.first);
  for (const entry of delivery.entries) frames += encodeEntry(entry);
  return frames;
}

function encodePart({ session, delivery, positioned, sign }: DeliveryPart): string {
  let frames = session === undefined ? '' : encodeNumber('S', session);
  if (delivery !== undefined) frames += encodeDelivery(delivery, positioned);
  return sign === '' ? frames : frames + encodeTextControl(sign.charAt(0), sign.slice(1));
}

function encodeEntry(entry: Entry): string {
  if (entry.message !== undefined) return encodeText(entry.message, entry.more);
  return closingFrames(entry)
    .map((frame) => encodeTextControl(...frame))
    .join('');
}
