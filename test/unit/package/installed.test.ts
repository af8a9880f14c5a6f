import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
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

  const npm = (...args: string[]): string =>
    execFileSync('npm', [...args, '--no-audit', '--no-fund'], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });

  function assertFew(folders: readonly string[]): void {
    assert.ok(folders.length > 10 && folders.length <= MOST_PACKAGES, `${folders.length} packages`);
    assert.deepEqual(withInstallScript(folders), []);
  }

  it(`of a checkout for production has at most ${MOST_PACKAGES} packages, none of which runs a script`, () => {
    for (const file of ['package.json', 'package-lock.json', '.npmrc'])
      copyFileSync(join(root, file), join(folder, file));
    npm('ci', '--omit=dev', '--ignore-scripts');
    assertFew(packagesIn(folder));
  });

  it('of the package in an empty project has no more, and the program in it starts', () => {
    const [packed] = JSON.parse(
      execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder, root], {
        cwd: folder,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    ) as { filename: string; files: { path: string }[] }[];
    assert.ok(packed);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    npm('install', '--ignore-scripts', join(folder, packed.filename));
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
