import { page } from '../browser/page.ts';

/** Random octets, of the engine's generator where it has one. */
export function randomOctets(count: number): number[] {
  const octets: number[] = [];
  const crypto = page.crypto;
  const random = page.Uint8Array && crypto?.getRandomValues ? new page.Uint8Array(count) : null;
  if (random) crypto?.getRandomValues?.(random);
  for (let at = 0; at < count; at += 1)
    octets.push(random ? (random[at] as number) : Math.floor(Math.random() * 256));
  return octets;
}

/** Octets that came in pieces. They are joined when somebody takes them, and the rest is not copied for each that is taken. */
export class Incoming {
  private pieces: number[][] = [];
  /** How many of the first piece were taken. */
  private taken = 0;
  private size = 0;

  add(piece: number[]): void {
    this.pieces.push(piece);
    this.size += piece.length;
  }

  /** All there is, and nothing is taken. */
  peek(): number[] {
    const first = this.pieces[0];
    if (first && this.taken) this.pieces[0] = first.slice(this.taken);
    this.taken = 0;
    if (this.pieces.length !== 1) this.pieces = [join(this.pieces)];
    return this.pieces[0] as number[];
  }

  /** The next octets; null while there are not so many. */
  take(count: number): number[] | null {
    if (count > this.size) return null;
    const all = this.pieces.length === 1 ? (this.pieces[0] as number[]) : this.peek();
    const octets = all.slice(this.taken, this.taken + count);
    this.taken += count;
    this.size -= count;
    return octets;
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
