import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markdownFiles, root } from './markdown.ts';

describe('the site of the documentation', function () {
  this.timeout(300_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-site-'));
    const { status, stdout, stderr } = spawnSync('npm', ['run', '-s', 'docs'], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, DOCS_OUT: folder },
    });
    assert.equal(status, 0, stdout + stderr);
  });
  after(() => rmSync(folder, { recursive: true }));

  const built = (file: string): string => readFileSync(join(folder, file), 'utf8');

  it('has a page for README and for each page of docs, and leads to all of them', () => {
    const index = built('index.html');
    const docs = markdownFiles().filter((file) => file.startsWith('docs/'));
    assert.ok(docs.length > 15, `${docs.length} pages`);
    const missing = docs
      .map((file) => file.replace(/\.md$/, '.html'))
      .filter((page) => !existsSync(join(folder, page)) || !index.includes(`href="/${page}"`));
    assert.deepEqual(missing, []);
  });

  it('has the protocol, and files that pages link to', () => {
    assert.match(built('gateway/PROTOCOL.html'), /<h1[^>]*>/);
    assert.ok(existsSync(join(folder, 'deploy/nginx.conf')));
  });

  it('has the anchors that links name', () => {
    assert.match(built('docs/app.html'), /id="where-the-tag-goes"/);
    assert.match(built('docs/api.html'), /id="fallback-gatewayws"/);
  });

  it('is searched in the browser, with no other server', () => {
    const chunks = readdirSync(join(folder, 'assets/chunks')).filter((name) =>
      name.includes('localSearchIndex'),
    );
    assert.ok(chunks.length > 0);
    const index = chunks.map((name) => built(`assets/chunks/${name}`)).join('');
    assert.ok(index.includes('backpressure') && index.includes('upgrade'));
    const scripts = [...built('index.html').matchAll(/(?:src|href)="(https?:[^"]*\.(?:js|css|woff2))"/g)];
    assert.deepEqual(scripts, []);
  });
});
