import type { Blob } from '../../browser.d.ts';
import { isArrayBuffer, isBlob, isView, octetsOf } from '../browser/binary.ts';
import { page } from '../browser/page.ts';
import type { Payload } from '../connect/connection.ts';
import { Bytes } from '../lang/bytes.ts';
import { scalarText } from '../lang/text.ts';
import { utf8Length } from '../lang/utf8.ts';

/** A message on its way out; a Blob is still to be read. */
export interface Outgoing {
  readonly data: Payload | Blob;
  /** Payload octets, which is what bufferedAmount counts. */
  readonly size: number;
}

/** What `send` makes of its argument. Binary data is copied: the page may write into its buffer as soon as `send` returned. */
export function outgoing(argument: unknown): Outgoing {
  const Octet = page.Uint8Array;
  if (page.FileReader && isBlob(argument)) return { data: argument, size: argument.size };
  if (argument instanceof Bytes || (Octet && (isArrayBuffer(argument) || isView(argument)))) {
    const octets = octetsOf(argument) as number[];
    const copy = Octet ? new Octet(octets.length) : [];
    // By hand: KHTML's constructor and `set` read from the start of the buffer, wherever the view begins.
    for (let at = 0; at < octets.length; at += 1) copy[at] = octets[at] as number;
    return { data: Octet ? (copy as Uint8Array) : new Bytes(copy as number[]), size: octets.length };
  }
  const text = scalarText(`${argument}`);
  return { data: text, size: utf8Length(text) };
}

/** Keeps the order of what is sent behind a Blob, whose octets can only be read in a later task. */
export class Outbox {
  private readonly waiting: (() => void)[] = [];
  private reading = false;

  add(action: () => void): void {
    if (this.reading) this.waiting.push(action);
    else action();
  }

  /** Reads a Blob when its turn has come, and then goes on with what waited for it. */
  read(blob: Blob, take: (octets: Uint8Array) => void, fail: () => void): void {
    this.add(() => {
      const reader = new (page.FileReader as NonNullable<typeof page.FileReader>)();
      this.reading = true;
      reader.onload = () => {
        this.reading = false;
        take(octetsOf(reader.result as ArrayBuffer) as Uint8Array);
        while (!this.reading && this.waiting.length) (this.waiting.shift() as () => void)();
      };
      reader.onerror = fail;
      reader.readAsArrayBuffer(blob);
    });
  }
}
