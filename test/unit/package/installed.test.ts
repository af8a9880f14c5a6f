import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context } from 'mocha';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Packages in production that nobody minds. */
const MOST_PACKAGES = 70;

/** Scripts of a package that npm runs when it is installed. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
}

/** Folders of the packages below `folder`, nested ones, too. */
function packagesIn(folder: string): string[] {
  const modules = join(folder, 'node_modules');
  if (!statSync(modules, { throwIfNoEntry: false })?.isDirectory()) return [];
  const names = readdirSync(modules).filter((name) => !name.startsWith('.'));
  const folders = names.flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(modules, name)).map((scoped) => join(name, scoped)) : [name],
  );
  return folders.map((name) => join(modules, name)).flatMap((path) => [path, ...packagesIn(path)]);
}

function withInstallScript(folders: readonly string[]): string[] {
  return folders.filter((folder) => {
    const { scripts = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
    const isNative = statSync(join(folder, 'binding.gyp'), { throwIfNoEntry: false }) !== undefined;
    return isNative || INSTALL_SCRIPTS.some((name) => scripts[name] !== undefined);
  });
}

describe('an installation', function () {
  this.timeout(120_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-install-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Without a registry in reach, and nothing in npm's cache, there is nothing to install from. */
  function npm(context: Context, ...args: string[]): string {
    const all = [...args, '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];
    const { status, stdout, stderr } = spawnSync('npm', all, { cwd: folder, encoding: 'utf8' });
    if (status === 0) return stdout;
    const isOffline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENOTCACHED/.test(stderr);
    if (!isOffline || process.env.CI === 'true') throw new Error(stderr);
    console.log('    no registry is in reach: the installation is not tested');
    return context.skip();
  }

  function assertFew(folders: readonly string[]): void {
    assert.ok(folders.length > 10 && folders.length <= MOST_PACKAGES, `${folders.length} packages`);
    assert.deepEqual(withInstallScript(folders), []);
  }

  it(`of a checkout for production has at most ${MOST_PACKAGES} packages, none of which runs a script`, function () {
    for (const file of ['package.json', 'package-lock.json', '.npmrc'])
      copyFileSync(join(root, file), join(folder, file));
    npm(this, 'ci', '--omit=dev');
    assertFew(packagesIn(folder));
  });

  it('of the package in an empty project has no more, and the program in it starts', function () {
    const [packed] = JSON.parse(npm(this, 'pack', '--json', '--pack-destination', folder, root)) as {
      filename: string;
      files: { path: string }[];
    }[];
    assert.ok(packed);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    npm(this, 'install', join(folder, packed.filename));
    assertFew(packagesIn(folder));
    const program = join(folder, 'node_modules/fallback-gateway/dist/gateway/main.js');
    const said = execFileSync(process.execPath, [program, '--check'], { encoding: 'utf8' });
    assert.equal(said, 'configuration is right\n');
    const paths = packed.files.map(({ path }) => path);
    for (const needed of ['dist/demo/stomp.js', 'dist/demo/stomp-license.txt', 'dist/demo/sockjs.min.js']) {
      assert.ok(paths.includes(needed), needed);
    }
  });
});
