import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import { requireOrSkip } from '../../support/machine/require-or-skip.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const committed = readFileSync(join(root, 'client-shim/flash/flash-socket.swf'));

/**
 * What is in a movie. Its compression is left out, as zlibs of different versions differ in that.
 */
function contentsOf(movie: Buffer): Buffer {
  assert.equal(movie.toString('latin1', 0, 3), 'CWS');
  return inflateSync(movie.subarray(8));
}

describe('the movie', () => {
  it('is what its source builds to', function () {
    this.timeout(60_000);
    requireOrSkip(this, 'haxe');
    const folder = mkdtempSync(join(tmpdir(), 'movie-'));
    try {
      // At the same path below another folder: the name of the file is in what Haxe makes.
      const source = 'client-shim/flash';
      const file = `${source}/flash-socket.swf`;
      cpSync(join(root, source), join(folder, source), { recursive: true });
      rmSync(join(folder, file));
      const words = [`${source}/build.hxml`, '--swf', file];
      const built = spawnSync('haxe', words, { cwd: folder, encoding: 'utf8' });
      assert.equal(built.status, 0, built.stderr);
      const again = readFileSync(join(folder, file));
      const version = spawnSync('haxe', ['--version'], { encoding: 'utf8' }).stdout.trim();
      // Another version of Haxe makes another movie: that it works is seen in the engine's test.
      if (version.startsWith('4.2.5')) assert.ok(contentsOf(again).equals(contentsOf(committed)));
      else console.log(`the movie was built by Haxe 4.2.5, and this is ${version}: not compared`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('runs in players from version 9 on', () => assert.equal(committed[3], 9));

  it('takes nothing from the page that embeds it but its number', () => {
    const parameters = readFileSync(join(root, 'client-shim/flash/FlashSocket.hx'), 'utf8').match(
      /loaderInfo\.parameters\.?\w*/g,
    );
    assert.deepEqual(parameters, ['loaderInfo.parameters.movie']);
  });

  it('lets no page in that the gateway does not name', () => {
    const allowed = readFileSync(join(root, 'client-shim/flash/FlashSocket.hx'), 'utf8').match(
      /allow\w*Domain\([^)]*\)/g,
    );
    assert.deepEqual(allowed, ['allowDomain(page)']);
  });
});
