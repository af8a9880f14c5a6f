import type { Blob } from '../../browser.d.ts';
import { bytesOf, isArrayBuffer, isBlob, isView } from '../browser/binary.ts';
import { page } from '../browser/page.ts';
import type { Payload } from '../connect/connection.ts';
import { Bytes } from '../lang/bytes.ts';
import { scalarText } from '../lang/text.ts';
import { utf8Length } from '../lang/utf8.ts';

/** A message to send. A Blob has not been read yet. */
export interface Outgoing {
  readonly data: Payload | Blob;
  /** Payload bytes, as `bufferedAmount` counts them. */
  readonly size: number;
}

/**
 * Converts the argument of `send`. Binary data is copied, because the page may write into its
 * buffer as soon as `send` has returned.
 */
export function outgoing(argument: unknown): Outgoing {
  const ByteArrayClass = page.Uint8Array;
  if (page.FileReader && isBlob(argument)) return { data: argument, size: argument.size };
  if (argument instanceof Bytes || (ByteArrayClass && (isArrayBuffer(argument) || isView(argument)))) {
    const bytes = bytesOf(argument) as number[];
    const copy = ByteArrayClass ? new ByteArrayClass(bytes.length) : [];
    // Copied by hand: KHTML's constructor and `set` read from the start of the buffer, even if the
    // view begins later.
    for (let at = 0; at < bytes.length; at += 1) copy[at] = bytes[at] as number;
    return { data: ByteArrayClass ? (copy as Uint8Array) : new Bytes(copy as number[]), size: bytes.length };
  }
  const text = scalarText(`${argument}`);
  return { data: text, size: utf8Length(text) };
}

/** Keeps messages in order behind a Blob, which can only be read in a later task. */
export class Outbox {
  private readonly _waiting: (() => void)[] = [];
  private _reading = false;

  _add(action: () => void): void {
    if (this._reading) this._waiting.push(action);
    else action();
  }

  /** Reads a Blob when its turn comes, and then runs what waited for it. */
  _read(blob: Blob, take: (bytes: Uint8Array) => void, fail: () => void): void {
    this._add(() => {
      const reader = new (page.FileReader as NonNullable<typeof page.FileReader>)();
      this._reading = true;
      reader.onload = () => {
        this._reading = false;
        take(bytesOf(reader.result as ArrayBuffer) as Uint8Array);
        while (!this._reading && this._waiting.length) (this._waiting.shift() as () => void)();
      };
      reader.onerror = fail;
      reader.readAsArrayBuffer(blob);
    });
  }
}
