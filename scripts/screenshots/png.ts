import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/** Bytes of a pixel by colour type: RGB and RGBA, of 8 bits each. */
const PIXEL: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

/** Colours of a palette (PNG §11.2.3). */
const MOST_COLOURS = 256;

/**
 * The same picture with a palette, in a third of the bytes. The colours are the most frequent ones.
 * The rest, on edges of letters, become the nearest of these. Takes 8 bits per channel.
 */
export function withPalette(png: Uint8Array): Buffer {
  const chunks = chunksOf(Buffer.from(png));
  const header = chunks.find(({ type }) => type === 'IHDR')?.data;
  const pixel = PIXEL[header?.[9] ?? -1];
  if (header === undefined || pixel === undefined || header[8] !== 8 || header[12] !== 0)
    throw new Error('not a PNG of 8 bits per channel');
  const data = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map((chunk) => chunk.data));
  const rows = inflateSync(data);
  const stride = header.readUInt32BE(0) * pixel;
  unfilter(rows, stride, pixel);
  const colours = coloursOf(rows, stride, pixel);
  const palette = frequent(colours);
  const size = Buffer.from(header);
  size[9] = 3;
  return Buffer.concat([
    SIGNATURE,
    encode('IHDR', size),
    encode('PLTE', Buffer.from(palette.flatMap(channels))),
    encode('IDAT', deflateSync(indexed(colours, palette, stride / pixel), { level: 9 })),
    encode('IEND', Buffer.of()),
  ]);
}

/** The colour of each pixel, as a number of 24 bits. */
function coloursOf(rows: Buffer, stride: number, pixel: number): number[] {
  const colours: number[] = [];
  for (let start = 1; start < rows.length; start += stride + 1)
    for (let at = start; at < start + stride; at += pixel) colours.push(rows.readUIntBE(at, 3));
  return colours;
}

function frequent(colours: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const byCount = [...counts].sort(([, a], [, b]) => b - a);
  return byCount.slice(0, MOST_COLOURS).map(([colour]) => colour);
}

/** Rows of indexes into the palette, each behind a byte that says: no filter. */
function indexed(colours: readonly number[], palette: readonly number[], width: number): Buffer {
  const indexes = new Map(palette.map((colour, index) => [colour, index]));
  const rows = Buffer.alloc(colours.length + colours.length / width);
  colours.forEach((colour, at) => {
    const index = indexes.get(colour) ?? nearest(colour, palette);
    indexes.set(colour, index);
    rows[at + Math.floor(at / width) + 1] = index;
  });
  return rows;
}

function nearest(colour: number, palette: readonly number[]): number {
  const wanted = channels(colour);
  const distances = palette.map((each) =>
    channels(each).reduce((sum, value, at) => sum + (value - (wanted[at] as number)) ** 2, 0),
  );
  return distances.indexOf(Math.min(...distances));
}

function channels(colour: number): number[] {
  return [colour >> 16, (colour >> 8) & 255, colour & 255];
}

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

function chunksOf(png: Buffer): Chunk[] {
  if (!png.subarray(0, 8).equals(SIGNATURE)) throw new Error('not a PNG');
  const chunks: Chunk[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.push({
      type: png.toString('latin1', at + 4, at + 8),
      data: png.subarray(at + 8, at + 8 + length),
    });
    at += length + 12;
  }
  return chunks;
}

function encode(type: string, data: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(content));
  return Buffer.concat([length, content, check]);
}

/** Undoes the filter of each row, in place. `stride`: bytes of a row without its filter's byte. */
function unfilter(rows: Buffer, stride: number, pixel: number): void {
  const value = (at: number): number => rows[at] as number;
  for (let start = 1; start < rows.length; start += stride + 1) {
    const filter = value(start - 1);
    rows[start - 1] = 0;
    for (let at = start; at < start + stride; at++) {
      const left = at - start < pixel ? 0 : value(at - pixel);
      const up = start === 1 ? 0 : value(at - stride - 1);
      const upLeft = start === 1 || at - start < pixel ? 0 : value(at - stride - 1 - pixel);
      rows[at] = value(at) + predicted(filter, left, up, upLeft);
    }
  }
}

/** PNG §9.2. */
function predicted(filter: number, left: number, up: number, upLeft: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  return filter === 4 ? paeth(left, up, upLeft) : 0;
}

/** PNG §9.4. */
function paeth(left: number, up: number, upLeft: number): number {
  const guess = left + up - upLeft;
  const [toLeft, toUp, toUpLeft] = [left, up, upLeft].map((each) => Math.abs(guess - each)) as [
    number,
    number,
    number,
  ];
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}
