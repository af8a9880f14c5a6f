import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandPath } from '../../../gateway/supervisor/command-path.ts';
import { inheritedSocket } from '../../../gateway/supervisor/inherited-socket.ts';

describe('the command that a reload starts', () => {
  let folder: string;
  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'command-')));
    mkdirSync(join(folder, 'release-1'));
    symlinkSync(join(folder, 'release-1'), join(folder, 'current'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('is the one of the start, with its symbolic links', () => {
    const path = join(folder, 'current', 'main.js');
    assert.deepEqual(commandPath(['node', path], {}, '/'), { path, folder: '/' });
  });

  it('is below the folder as the shell entered it', () => {
    const [cwd, link] = [join(folder, 'release-1'), join(folder, 'current')];
    assert.deepEqual(commandPath(['node', join(cwd, 'main.js')], { PWD: link }, cwd), {
      path: join(link, 'main.js'),
      folder: link,
    });
  });

  it('ignores a folder that the shell is not in', () => {
    const cwd = join(folder, 'release-1');
    const path = join(cwd, 'main.js');
    for (const PWD of [folder, join(folder, 'nowhere')]) {
      assert.deepEqual(commandPath(['node', path], { PWD }, cwd), { path, folder: cwd });
    }
  });
});

describe('a socket of the service manager', () => {
  it('is the third descriptor, if it is for this process', () => {
    const env = { LISTEN_PID: '7', LISTEN_FDS: '1', LISTEN_FDNAMES: 'x', OTHER: 'y' };
    assert.equal(inheritedSocket({ ...env }, 8), undefined);
    assert.equal(inheritedSocket(env, 7), 3);
    assert.deepEqual(env, { OTHER: 'y' });
    assert.equal(inheritedSocket({}, 7), undefined);
  });
});
