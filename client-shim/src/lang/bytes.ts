/** Bytes in whatever the engine has for them; read by index. */
export type ByteArray = Uint8Array | number[];

/**
 * Binary data where the engine has no ArrayBuffer (IE6 to IE9): what a message event brings there;
 * `send` takes it everywhere.
 */
export class Bytes {
  /** Values 0 to 255. */
  readonly bytes: number[];
  readonly length: number;

  constructor(bytes: number[]) {
    this.bytes = bytes;
    this.length = bytes.length;
  }

  /** One character (U+0000 to U+00FF) for each byte. */
  toBinaryString(): string {
    return binaryString(this.bytes, 0, this.bytes.length);
  }
}

/**
 * Characters from bytes or code units; in parts, as engines bound the arguments of a call (65,536
 * in old WebKit).
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
