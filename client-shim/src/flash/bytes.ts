import { page } from '../browser/page.ts';

/** Random bytes, of the engine's generator where it has one. */
export function randomBytes(count: number): number[] {
  const bytes: number[] = [];
  const crypto = page.crypto;
  const random = page.Uint8Array && crypto?.getRandomValues ? new page.Uint8Array(count) : null;
  if (random) crypto?.getRandomValues?.(random);
  for (let at = 0; at < count; at += 1)
    bytes.push(random ? (random[at] as number) : Math.floor(Math.random() * 256));
  return bytes;
}

/**
 * Bytes that arrived in chunks. They are joined when bytes are taken, and the remainder is not
 * copied each time.
 */
export class ByteQueue {
  private _chunks: number[][] = [];
  /** How many of the first piece were taken. */
  private _taken = 0;
  private _size = 0;

  _add(chunk: number[]): void {
    this._chunks.push(chunk);
    this._size += chunk.length;
  }

  /** All there is, and nothing is taken. */
  _peek(): number[] {
    const first = this._chunks[0];
    if (first && this._taken) this._chunks[0] = first.slice(this._taken);
    this._taken = 0;
    if (this._chunks.length !== 1) this._chunks = [join(this._chunks)];
    return this._chunks[0] as number[];
  }

  /** The next bytes; null while there are not so many. */
  _take(count: number): number[] | null {
    if (count > this._size) return null;
    const all = this._chunks.length === 1 ? (this._chunks[0] as number[]) : this._peek();
    const bytes = all.slice(this._taken, this._taken + count);
    this._taken += count;
    this._size -= count;
    return bytes;
  }
}

/** By loops: engines bound the arguments of `concat.apply`. */
export function join(lists: number[][]): number[] {
  const joined: number[] = [];
  for (let i = 0; i < lists.length; i += 1) {
    const list = lists[i] as number[];
    for (let at = 0; at < list.length; at += 1) joined.push(list[at] as number);
  }
  return joined;
}
