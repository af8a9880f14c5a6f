import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { executable } from '../engines/programs.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { connectStompJs } from '../support/stomp/stomp-js.ts';

/** Debian's own, which has the packages of apt, before any other. */
const python = executable('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

describe('a Python program on the TCP port of the embedded broker', () => {
  it('exchanges messages with a page', async function () {
    requireOrSkip(this, 'python3');
    const gateway = await startGateway({ routes: ['/stomp=stomp:'], stompPort: '127.0.0.1:0' });
    const page = await connectStompJs(`ws://127.0.0.1:${gateway.port}/stomp`, {});
    try {
      const program = spawn(python, ['-c', PYTHON, String(gateway.stompPort)], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let said = '';
      program.stdout.on('data', (bytes) => {
        said += bytes;
      });
      program.stderr.on('data', (bytes) => {
        said += bytes;
      });
      const heard = new Promise<string>((resolve) => {
        page.subscribe('/topic/to-pages', ({ body }) => {
          page.send('/queue/to-programs', {}, 'größe 😀');
          resolve(body);
        });
      });
      const [code] = (await once(program, 'exit')) as [number];
      if (said.includes('No module named')) {
        if (process.env.CI === 'true') throw new Error('not installed: python3-stomp');
        console.log('skipped, as it is not installed: python3-stomp');
        this.skip();
      }
      assert.equal(await heard, 'from Python');
      assert.equal(said, 'größe 😀\n');
      assert.equal(code, 0);
    } finally {
      await gateway.close();
    }
  });
});

/** python3-stomp of Debian: github.com/jasonrbriggs/stomp.py */
const PYTHON = `
import sys, stomp, threading
done = threading.Event()
class Listener(stomp.ConnectionListener):
    def on_message(self, frame):
        print(frame.body)
        done.set()
connection = stomp.Connection12([('127.0.0.1', int(sys.argv[1]))], heartbeats=(2000, 2000))
connection.set_listener('', Listener())
connection.connect(wait=True)
connection.subscribe('/queue/to-programs', id='1')
connection.send('/topic/to-pages', 'from Python')
arrived = done.wait(10)
connection.disconnect()
sys.exit(0 if arrived else 1)
`;
