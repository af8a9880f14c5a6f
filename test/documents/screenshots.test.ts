import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
