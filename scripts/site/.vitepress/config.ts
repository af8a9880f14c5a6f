import { cpSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { slugOf } from '../slug.ts';
import { sidebar } from './sidebar.ts';

// Links to these are links to files.
process.env.VITE_EXTRA_EXTENSIONS = 'conf,config,ts,service,socket,cfg';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Files beside the pages to which pages link: proxies' configurations. */
const COPIED = ['deploy', 'examples'];

/** Links to folders of the repository: the site has their files, and no page for them. */
function isFolder(link: string): boolean {
  return ['.', 'deploy', 'docs', 'examples'].some((base) =>
    statSync(join(root, base, link), { throwIfNoEntry: false })?.isDirectory(),
  );
}

/** The site of the documentation: `npm run docs` builds it into dist/docs. It reads no network. */
export default defineConfig({
  title: 'fallback-gateway',
  description: 'A whole WebSocket for every browser and every proxy',
  srcDir: '../..',
  outDir: process.env.DOCS_OUT ?? join(root, 'dist/docs'),
  cacheDir: '../../dist/.docs-cache',
  // The path at which a server has it.
  base: process.env.DOCS_BASE ?? '/',
  srcExclude: ['**/node_modules/**', 'dist/**', 'test/**', '.github/**', 'client-shim/**', 'coverage/**'],
  rewrites: { 'README.md': 'index.md' },
  lastUpdated: false,
  // The test of links knows the files that are no pages (test/documents/links.test.ts).
  ignoreDeadLinks: [/\.(?:conf|config|js|ts|mjs|html)$/, isFolder],
  markdown: {
    anchor: { slugify: slugOf },
    languageAlias: { haproxy: 'ini', squid: 'ini', conf: 'ini', caddyfile: 'nginx' },
    // A code block's first word is its language, the rest is for the test that runs it.
    config(md) {
      const fence = md.renderer.rules.fence;
      md.renderer.rules.fence = (tokens, index, ...rest) => {
        const token = tokens[index];
        if (token !== undefined) token.info = token.info.split(' ')[0] ?? '';
        return fence?.(tokens, index, ...rest) ?? '';
      };
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    sidebar,
    outline: { level: [2, 3] },
  },
  buildEnd({ outDir }) {
    for (const folder of COPIED.filter((name) => existsSync(join(root, name)))) {
      cpSync(join(root, folder), join(outDir, folder), {
        recursive: true,
        filter: (file) => !/\.md$|node_modules/.test(file),
      });
    }
  },
});
