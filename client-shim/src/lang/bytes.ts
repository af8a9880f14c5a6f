/** Bytes that can be read by index, in the type that the engine has. */
export type ByteArray = Uint8Array | number[];

/**
 * Binary data for engines without ArrayBuffer (IE 6 to 9). Message events carry it there; `send`
 * accepts it everywhere.
 */
export class Bytes {
  /** Values 0 to 255. */
  readonly bytes: number[];
  readonly length: number;

  constructor(bytes: number[]) {
    this.bytes = bytes;
    this.length = bytes.length;
  }

  /** One character (U+0000 to U+00FF) per byte. */
  toBinaryString(): string {
    return binaryString(this.bytes, 0, this.bytes.length);
  }
}

/**
 * Makes a string from bytes or code units. It works in chunks, because engines limit the number of
 * arguments of a call (65,536 in old WebKit).
 */
export function binaryString(bytes: ByteArray, start: number, end: number): string {
  const chunks: string[] = [];
  const units: number[] = [];
  for (let at = start; at < end; at += 1) {
    units.push(bytes[at] as number);
    if (units.length === 4096) {
      chunks.push(String.fromCharCode.apply(null, units));
      units.length = 0;
    }
  }
  chunks.push(String.fromCharCode.apply(null, units));
  return chunks.join('');
}
