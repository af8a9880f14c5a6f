import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../support/until.ts';
import { root } from './plan.ts';

/** Waits for a file of another program, which appears only if both run at once. */
const MEET = 'meet() { for i in $(seq 400); do [ -e "$1" ] && return; sleep 0.05; done; exit 9; }';

/** Programs that `.ci/run` calls. Each may be replaced by one that fails. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'bin/dpkg-query': 'echo install ok installed',
  'bin/npm': `case "$*" in
      ci*) exec ./npm-ci ;;
      'run check') exec ./check ;;
      'run build') exec ./build ;;
      test) exec ./tests ;;
      *) echo "npm $*"; exit 9 ;;
    esac`,
  'npm-ci': 'echo added packages',
  check: 'echo checked',
  build: 'echo built',
  tests: 'echo "7 passed, 0 failed"',
  'test/engines/install.sh': '[ "$1" = --packages ] || echo khtml is installed',
  'test/third-party/install.sh': '[ "$1" = --packages ] || echo rails is installed',
};

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('.ci/run', function () {
  this.timeout(60_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ci-run-'));
    cpSync(join(root, '.ci'), join(folder, '.ci'), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function run(changed: Readonly<Record<string, string>> = {}): { code: number | null; lines: string[] } {
    for (const [name, script] of Object.entries({ ...PROGRAMS, ...changed })) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), `#!/bin/bash\n${MEET}\n${script}\n`, { mode: 0o755 });
    }
    const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
    const { status, stdout } = spawnSync(join(folder, '.ci/run'), { env, encoding: 'utf8' });
    return { code: status, lines: stdout.trimEnd().split('\n') };
  }

  it('installs, checks, builds, runs npm test once, and ends with what that counts', () => {
    const { code, lines } = run({ tests: `echo run >>runs; ${PROGRAMS.tests}` });
    for (const line of ['added packages', 'checked', 'built', 'khtml is installed', 'rails is installed'])
      assert.ok(lines.includes(line), line);
    assert.equal(readFileSync(join(folder, 'runs'), 'utf8'), 'run\n');
    assert.deepEqual([code, lines.at(-1)], [0, '7 passed, 0 failed']);
  });

  it('installs engines and other software beside the check and the build, and before the tests', () => {
    const installs = (name: string) =>
      `[ "$1" = --packages ] && exit; touch ${name}-begins; meet build-begins; touch ${name}`;
    const { code, lines } = run({
      'test/engines/install.sh': installs('engines'),
      'test/third-party/install.sh': installs('others'),
      check: 'meet engines-begins; meet others-begins',
      build: 'touch build-begins',
      tests: '[ -e engines ] && [ -e others ] && echo "7 passed, 0 failed"',
    });
    assert.deepEqual([code, lines.at(-1)], [0, '7 passed, 0 failed']);
  });

  it('installs packages beside npm ci, and runs nothing that needs either before both have ended', () => {
    const needs = '[ -e installed ] && [ -e packages ] || exit 9';
    const { code, lines } = run({
      'bin/dpkg-query': '[ -e packages ] && echo install ok installed',
      'bin/apt-get': 'touch apt-begins; meet npm-begins; touch packages',
      'bin/sudo': 'exec "$@"',
      'npm-ci': 'touch npm-begins; meet apt-begins; touch installed',
      'test/engines/install.sh': 'if [ "$1" = --packages ]; then echo chromium; else [ -e packages ]; fi',
      check: '[ -e installed ]',
      tests: `${needs}; echo "7 passed, 0 failed"`,
    });
    assert.deepEqual([code, lines.at(-1)], [0, '7 passed, 0 failed']);
  });

  for (const [name, said] of [
    ['bin/dpkg-query', 'install_packages'],
    ['npm-ci', 'npm ci'],
    ['build', 'npm run build'],
    ['test/engines/install.sh', 'test/engines/install.sh'],
    ['test/third-party/install.sh', 'test/third-party/install.sh'],
  ] as const)
    it(`fails with its name and with what it said, where ${said} fails`, () => {
      const fails = '[ "$1" = --packages ] && { echo chromium; exit; }; echo no network; exit 3';
      const { code, lines } = run({ [name]: fails, 'bin/apt-get': fails, 'bin/sudo': 'exec "$@"' });
      assert.ok(lines.includes('no network'));
      assert.deepEqual([code, lines.at(-2), lines.at(-1)], [1, `== failed: ${said}`, '0 passed, 1 failed']);
    });

  it('ends what it began where it fails', async () => {
    const pid = join(folder, 'pid');
    run({
      'test/engines/install.sh': `[ "$1" = --packages ] && exit; echo $$ >${pid}; exec sleep 600`,
      'npm-ci': `meet ${pid}; exit 1`,
    });
    await until('the installation has ended', () => !isAlive(Number(readFileSync(pid, 'utf8'))));
  });

  it('fails where the check does, and runs the tests all the same', () => {
    const { code, lines } = run({ check: 'echo lint; exit 1' });
    assert.ok(lines.includes('lint') && lines.includes('== failed: npm run check'));
    assert.deepEqual([code, lines.at(-1)], [1, '7 passed, 0 failed']);
  });

  it('fails where a test does, and counts the others', () => {
    const { code, lines } = run({ tests: 'echo "6 passed, 1 failed"; exit 1' });
    assert.deepEqual([code, lines.at(-1)], [1, '6 passed, 1 failed']);
  });

  it('counts tests that broke off before their report as failed', () => {
    const { code, lines } = run({ tests: 'echo "[0:10] a test"' });
    assert.deepEqual([code, lines.at(-1)], [1, '0 passed, 1 failed']);
  });
});
