import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Recipes of documents, and their files. */
const DOCUMENTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'docs/front-proxies.md': {
    nginx: 'deploy/front/nginx.conf',
    haproxy: 'deploy/front/haproxy.cfg',
    apache: 'deploy/front/apache.conf',
    squid: 'deploy/front/squid.conf',
    caddy: 'deploy/front/Caddyfile',
    'haproxy-old-tls': 'deploy/front/haproxy-old-tls.cfg',
  },
  'docs/cluster.md': { nginx: 'deploy/balancer/nginx.conf', haproxy: 'deploy/balancer/haproxy.cfg' },
};

const files = readdirSync(join(root, 'deploy'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  .filter((path) => path !== 'deploy/README.md');

describe('a file of deploy/', () => {
  for (const [page, recipes] of Object.entries(DOCUMENTED)) {
    it(`is the recipe that ${page} shows`, () => {
      const shown = [...read(page).matchAll(/<!-- recipe: (\S+) -->\n```\w+\n([\s\S]*?)```/g)];
      assert.deepEqual(shown.map(([, name]) => name).sort(), Object.keys(recipes).sort());
      for (const [, name, recipe] of shown) {
        // What the file has ahead of it is for its reader.
        const whole = read(recipes[name as string] as string);
        assert.equal(whole.slice(whole.indexOf('\n\n') + 2), recipe, name);
      }
    });
  }

  it('is in the table of deploy/README.md, itself or by its folder', () => {
    const links = [...read('deploy/README.md').matchAll(/\]\(([^)#]+)\)/g)].map(
      ([, link]) => `deploy/${link}`,
    );
    const unnamed = files.filter(
      (path) => !links.some((link) => path === link || path.startsWith(`${link}/`)),
    );
    assert.deepEqual(unnamed, []);
  });
});
