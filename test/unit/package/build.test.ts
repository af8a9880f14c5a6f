import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const COPIED = ['gateway', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json', 'legacy-demo'];

describe('the build makes what changed', function () {
  this.timeout(120_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-build-'));
    for (const name of COPIED) cpSync(join(root, name), join(folder, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    // The shim takes long, and is a step like the others.
    cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
    assert.equal(build('gateway', 'demo').code, 0);
  });
  after(() => rmSync(folder, { recursive: true }));

  const at = (...path: string[]): string => join(folder, ...path);

  function run(script: string, ...args: string[]): { code: number | null; out: string; err: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, [at('scripts', script), ...args], {
      encoding: 'utf8',
    });
    return { code: status, out: stdout, err: stderr };
  }

  function build(...names: string[]): { code: number | null; out: string } {
    return run('build.mjs', ...names);
  }

  it('and nothing else', () => assert.deepEqual(build('gateway', 'demo'), { code: 0, out: '', err: '' }));

  it('when a source changed, and says which', () => {
    appendFileSync(at('gateway', 'base', 'clock.ts'), '\nexport const changed = 1;\n');
    const { code, out } = build('gateway', 'demo');
    assert.equal(code, 0);
    assert.match(
      out,
      /^building the gateway \(gateway\/base\/clock\.ts changed\), about \d+ s\n(still .*\n)*$/,
    );
    assert.match(readFileSync(at('dist', 'gateway', 'base', 'clock.js'), 'utf8'), /changed = 1/);
  });

  it('says that it goes on while it takes long', async () => {
    const { runProgram } = await import(at('scripts', 'run-program.mjs'));
    const file = at('end');
    // It ends when it has been seen to go on.
    const waits =
      "setInterval(() => require('node:fs').existsSync(process.argv[1]) && process.exit(3), 5); console.log('a')";
    let seconds: number | undefined;
    const ended = await runProgram(['-e', waits, file], {
      cwd: folder,
      every: 20,
      onProgress: (passed: number) => {
        seconds = passed;
        writeFileSync(file, '');
      },
    });
    assert.deepEqual(ended, { status: 3, stdout: 'a\n', stderr: '' });
    assert.ok(Number.isInteger(seconds));
  });

  it('when a source is gone, and takes its output away', () => {
    writeFileSync(at('gateway', 'base', 'extra.ts'), 'export const extra = 1;\n');
    assert.equal(build('gateway').code, 0);
    assert.ok(existsSync(at('dist', 'gateway', 'base', 'extra.js')));
    rmSync(at('gateway', 'base', 'extra.ts'));
    assert.match(build('gateway').out, /gateway\/base\/extra\.ts changed/);
    assert.ok(!existsSync(at('dist', 'gateway', 'base', 'extra.js')));
  });

  it('when a compiler stopped half-way: the next one begins again', () => {
    const source = readFileSync(at('gateway', 'base', 'clock.ts'), 'utf8');
    writeFileSync(at('gateway', 'base', 'clock.ts'), 'export const broken: number = "";\n');
    const { code, out } = build('gateway');
    assert.equal(code, 1);
    assert.match(out, /clock\.ts.*TS2322/s);
    writeFileSync(at('gateway', 'base', 'clock.ts'), source);
    assert.match(build('gateway').out, /^building the gateway \(not built yet\)/);
  });

  const damages: readonly [string, () => void, RegExp][] = [
    [
      'an output was deleted',
      () => rmSync(at('dist', 'demo', 'stomp.js')),
      /stomp\.js is not as it was built/,
    ],
    [
      'an output was changed',
      () => appendFileSync(at('dist', 'demo', 'stomp.js'), ' '),
      /is not as it was built/,
    ],
    [
      'the packages changed',
      () => appendFileSync(at('package-lock.json'), ' '),
      /package-lock\.json changed/,
    ],
    [
      'the version changed',
      () => {
        const text = readFileSync(at('package.json'), 'utf8');
        writeFileSync(at('package.json'), text.replace(/"version": ".*"/, '"version": "9.9.9"'));
      },
      /package\.json changed/,
    ],
  ];
  for (const [what, damage, expected] of damages) {
    it(`when ${what}`, () => {
      damage();
      const { code, out } = build('demo');
      assert.equal(code, 0);
      assert.match(out, expected);
      assert.deepEqual(build('demo'), { code: 0, out: '', err: '' });
    });
  }

  it('and npm start without packages says what to run', () => {
    rmSync(at('node_modules'));
    const { code, err } = run('start.mjs', '--version');
    assert.equal(code, 1);
    assert.match(err, /^the packages are not installed: run npm ci, then npm start\n$/);
  });
});
