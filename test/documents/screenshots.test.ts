import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { withPalette } from '../../scripts/screenshots/png.ts';
import { SHOTS } from '../../scripts/screenshots/shots.ts';
import { markdownFiles, readDocument, root } from './markdown.ts';

/** Bytes of a picture, at most. */
const MOST = 150_000;

const PICTURE = /\.(?:png|jpe?g|gif|webp|svg)$/;

interface Picture {
  readonly file: string;
  readonly alt: string;
  readonly path: string;
}

/** Every picture that a document shows. */
function shown(): Picture[] {
  return markdownFiles().flatMap((file) =>
    [...readDocument(file).matchAll(/!\[([^\]]*)\]\(([^)\s]+)\)/g)].map(([, alt = '', target = '']) => ({
      ...{ file, alt, path: join(dirname(file), target) },
    })),
  );
}

describe('pictures in documents', () => {
  it('are made by npm run screenshots, each of them, and shown somewhere', () => {
    const list = ['ls-files', '--cached', '--others', '--exclude-standard'];
    const files = execFileSync('git', list, { cwd: root, encoding: 'utf8' }).trim().split('\n');
    const made = SHOTS.map(({ file }) => `docs/images/${file}`).sort();
    assert.deepEqual([...new Set(shown().map(({ path }) => path))].sort(), made);
    assert.deepEqual(files.filter((file) => PICTURE.test(file)).sort(), made);
  });

  it(`have at most ${MOST / 1_000} kB`, () => {
    for (const { file } of SHOTS) {
      const { size } = statSync(`${root}docs/images/${file}`);
      assert.ok(size <= MOST, `${file}: ${size}`);
    }
  });

  it('say in words what they show', () => {
    for (const { file, alt } of shown()) assert.match(alt, /\S+(?: \S+){4}/, file);
  });
});

describe('a PNG with a palette', () => {
  const [width, height] = [5, 6];
  const pixels = Buffer.from(
    Array.from({ length: width * height * 3 }, (_, at) => (at * 37 + at ** 2) % 256),
  );

  it('has the same pixels as before, whatever filters the rows had', () => {
    const rows = Array.from({ length: height }, (_, row) => filtered(row, row % 5));
    const png = withPalette(pngOf(Buffer.concat(rows), width, height));
    assert.deepEqual(pixelsOf(png, width), pixels);
  });

  it('keeps the most frequent 256 colours, and takes the nearest for others', () => {
    const greens = Array.from({ length: 255 }, (_, green) => [0, green, 0]);
    const row = [...greens, ...greens, [9, 0, 0], [9, 0, 0], [8, 0, 0], [0, 254, 3]].flat();
    const png = withPalette(pngOf(Buffer.from([0, ...row]), row.length / 3, 1));
    const expected = [...greens, ...greens, [9, 0, 0], [9, 0, 0], [9, 0, 0], [0, 254, 0]].flat();
    assert.deepEqual([...pixelsOf(png, row.length / 3)], expected);
  });

  it('is made of RGB and RGBA of 8 bits only', () => {
    assert.throws(() => withPalette(Buffer.from('GIF89a..')), /not a PNG/);
    assert.throws(() => withPalette(pngOf(Buffer.of(), 1, 1, 3)), /8 bits/);
  });

  /** A row behind the number of its filter (PNG §9.2). */
  function filtered(row: number, filter: number): Buffer {
    const line = Buffer.alloc(width * 3 + 1, filter);
    for (let x = 0; x < width * 3; x++) {
      const left = x < 3 ? 0 : at(row, x - 3);
      const up = row === 0 ? 0 : at(row - 1, x);
      const corner = row === 0 || x < 3 ? 0 : at(row - 1, x - 3);
      const guesses = [
        0,
        left,
        up,
        Math.floor((left + up) / 2),
        nearest(left + up - corner, [left, up, corner]),
      ];
      line[x + 1] = at(row, x) - (guesses[filter] as number);
    }
    return line;
  }

  function at(row: number, x: number): number {
    return pixels[row * width * 3 + x] as number;
  }

  /** The first of those that are nearest. */
  function nearest(guess: number, values: readonly number[]): number {
    const least = Math.min(...values.map((value) => Math.abs(guess - value)));
    return values.find((value) => Math.abs(guess - value) === least) as number;
  }

  function pngOf(rows: Buffer, columns: number, lines: number, colour = 2): Buffer {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(columns);
    header.writeUInt32BE(lines, 4);
    header.set([8, colour], 8);
    const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.of())];
    return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...parts]);
  }

  function chunk(type: string, data: Buffer): Buffer {
    const content = Buffer.concat([Buffer.from(type), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(content));
    return Buffer.concat([length, content, check]);
  }

  /** The pixels of a PNG with a palette and without filters. */
  function pixelsOf(png: Buffer, columns: number): Buffer {
    const palette = dataOf(png, 'PLTE');
    const indexes = [...inflateSync(dataOf(png, 'IDAT'))].filter((_, at) => at % (columns + 1) > 0);
    return Buffer.concat(indexes.map((index) => palette.subarray(index * 3, index * 3 + 3)));
  }

  function dataOf(png: Buffer, type: string): Buffer {
    const start = png.indexOf(type);
    return png.subarray(start + 4, start + 4 + png.readUInt32BE(start - 4));
  }
});
