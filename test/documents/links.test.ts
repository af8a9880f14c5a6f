import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { anchorsOf, type Link, linksOf, markdownFiles, readDocument, root } from './markdown.ts';

describe('links in Markdown', () => {
  const files = markdownFiles();

  it('lead to files that are there, and to headings in them', () => {
    const links = files.flatMap((file) => linksOf(file)).filter(({ target }) => !/^[a-z]+:/.test(target));
    assert.ok(links.length > 100, `${links.length} links`);
    assert.deepEqual(links.flatMap(problemOf), []);
  });

  it('from the package lead to files of the package, or of the repository only where they say so', () => {
    const outside = files
      .filter((file) => /^(?:README\.md$|docs\/)/.test(file))
      .flatMap((file) => linksOf(file))
      .filter(({ target }) => /^(?:\.\.\/)?(?:test|scripts|client-shim)\//.test(target));
    assert.deepEqual(outside, []);
  });

  it('are found with their line, outside of code', () => {
    const text = 'a [b](c.md#d)\n```\n[x](y)\n```\n`[x](y)` [e](f)';
    assert.deepEqual(linksOf('z.md', text), [
      { file: 'z.md', line: 1, target: 'c.md#d' },
      { file: 'z.md', line: 5, target: 'f' },
    ]);
  });

  it('name anchors as GitHub makes them', () => {
    const text = '# A `b`, c-d!\n## Two\n## Two\n```\n# none\n```\n## fallback-gateway/ws';
    assert.deepEqual([...anchorsOf(text)], ['a-b-c-d', 'two', 'two-1', 'fallback-gatewayws']);
  });
});

function problemOf({ file, line, target }: Link): string[] {
  const [path = '', anchor] = target.split('#');
  const to = path === '' ? file : normalize(join(dirname(file), path));
  if (!existsSync(root + to)) return [`${file}:${line} ${target}: no such file`];
  if (anchor === undefined || anchorsOf(readDocument(to)).has(anchor)) return [];
  return [`${file}:${line} ${target}: no such heading`];
}
