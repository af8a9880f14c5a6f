import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { createGateway } from '../../../gateway/index.ts';

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

/** Files that no test runs, and say so. */
const NOT_RUN = [
  'deploy/iis-web.config',
  'deploy/windows/front-web.config',
  'deploy/windows/fallback-gateway.xml',
  'deploy/container/Dockerfile',
  'deploy/container/compose.yaml',
];

const files = readdirSync(join(root, 'deploy'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  .filter((path) => path !== 'deploy/README.md');

let packed: readonly string[];

before(function () {
  this.timeout(60_000);
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const [list] = JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8' }));
  packed = list.files.map(({ path }: { path: string }) => path);
});

describe('a file of deploy/', function () {
  this.timeout(60_000);

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

  it('says in its head that it is not run here, if no test runs it', () => {
    for (const path of NOT_RUN)
      assert.match(read(path).split('\n').slice(0, 4).join('\n'), /NOT RUN HERE/, path);
    const others = files.filter((path) => !NOT_RUN.includes(path));
    for (const path of others) assert.doesNotMatch(read(path), /NOT RUN HERE/, path);
  });

  it('is well-formed, if it is XML', () => {
    const xml = files.filter((path) => read(path).startsWith('<?xml'));
    assert.equal(xml.length, 3);
    const script = 'import sys, xml.dom.minidom as m; [m.parse(f) for f in sys.argv[1:]]';
    const { status, stderr } = spawnSync('python3', ['-c', script, ...xml], { cwd: root, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  });

  it('is right for --check, if it is a configuration', () => {
    const configurations = files.filter((path) => path.endsWith('gateway.yaml'));
    assert.equal(configurations.length, 2);
    for (const path of configurations) {
      const args = [join(root, 'dist/gateway/main.js'), '--config', path, '--check'];
      const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
      assert.equal(status, 0, stderr);
    }
  });

  it('of the container names what exists: the package, its program, its folders', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    const dockerfile = read('deploy/container/Dockerfile');
    const tarball = `fallback-gateway-${version}.tgz`;
    assert.ok(dockerfile.includes(`COPY ${tarball} ./\n`));
    assert.ok(dockerfile.includes(` ./${tarball} `));
    const [, program] =
      /^ENTRYPOINT \["node", "\/opt\/gateway\/node_modules\/fallback-gateway\/(.+)"\]$/m.exec(dockerfile) ??
      [];
    assert.ok(packed.includes(program as string));
    const [service] = Object.values(parse(read('deploy/container/compose.yaml')).services) as [Compose];
    const folder = join(root, 'deploy/container');
    assert.equal(join(folder, service.build.context), join(root, '.'));
    assert.ok(existsSync(join(root, service.build.dockerfile)));
    const [source, target] = (service.volumes[0] as string).split(':') as [string, string];
    assert.ok(existsSync(join(folder, source)));
    assert.ok(dockerfile.includes(`CMD ["--config", "${target}"]`));
  });

  it('of the container has a health check that is right while the gateway serves, and not otherwise', async () => {
    const [, words] = /^HEALTHCHECK .* CMD (\[.*\])$/m.exec(read('deploy/container/Dockerfile')) ?? [];
    const [, ...args] = JSON.parse(words as string) as string[];
    const gateway = createGateway({ listen: '127.0.0.1:0', demo: false, logLevel: 'silent' });
    const { port } = await gateway.listen();
    const check = async (): Promise<number | null> => {
      const child = spawn(
        process.execPath,
        args.map((arg) => arg.replace(':8080/', `:${port}/`)),
      );
      const [code] = await once(child, 'exit');
      return code;
    };
    assert.equal(await check(), 0);
    await gateway.close(0);
    assert.equal(await check(), 1);
  });

  it('of Windows starts a program of the package', () => {
    const [, program] =
      /node_modules\\fallback-gateway\\(\S+?)"/.exec(read('deploy/windows/fallback-gateway.xml')) ?? [];
    assert.ok(packed.includes((program as string).replaceAll('\\', '/')));
  });
});

describe('the package that npm packs', () => {
  it('has the program, the library, the shim, and documents with all that they link to in deploy/', () => {
    for (const path of [
      ...[
        'dist/gateway/main.js',
        'dist/gateway/index.js',
        'dist/gateway/index.d.ts',
        'dist/gateway/ws/index.js',
      ],
      ...['dist/client-shim/websocket.js', 'dist/client-shim/websocket.min.js', 'dist/client-shim/module.js'],
      ...['README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md', 'gateway/PROTOCOL.md', 'docs/operating.md'],
      ...files,
    ])
      assert.ok(packed.includes(path), path);
  });

  it('has no source, no test, no map of sources and no stamp of the build', () => {
    const wrong = /^(test|scripts|client-shim|\.)|^gateway\/.*\.ts$|\.map$|(^|\/)\.built|node_modules/;
    assert.deepEqual(
      packed.filter((path) => wrong.test(path)),
      [],
    );
  });

  it('has one version, which all that names one agrees with', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    const lock = JSON.parse(read('package-lock.json')) as {
      version: string;
      packages: Record<string, unknown>;
    };
    assert.equal(lock.version, version);
    assert.equal((lock.packages[''] as { version: string }).version, version);
    const [, latest] = /^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$/m.exec(read('CHANGELOG.md')) ?? [];
    assert.equal(latest, version);
    const documents = packed.filter((path) => /\.md$|^deploy\//.test(path) && path !== 'CHANGELOG.md');
    for (const path of documents)
      for (const [, named] of read(path).matchAll(/fallback-gateway-(\d+\.\d+\.\d+)\.tgz/g))
        assert.equal(named, version, path);
    for (const [, named] of read('docs/operating.md').matchAll(/\/shim\/(\d+\.\d+\.\d+)\//g))
      assert.equal(named, version);
  });
});

interface Compose {
  readonly build: { readonly context: string; readonly dockerfile: string };
  readonly volumes: readonly string[];
}
