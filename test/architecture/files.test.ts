import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LONGEST = 300;

/** Files of more lines, and why. A suite of tests is as long as what it tests. */
const longFiles: Readonly<Record<string, string>> = {
  'client-shim/src/connect/attempt.ts': 'the ladder of a connection, whose steps share one state',
  'client-shim/src/session/downstream.ts': 'the states of a downstream and what moves it between them',
  'gateway/backend/gateway-socket.ts': 'one socket, with all that a program may do with one of ws',
  'gateway/gateway.ts': 'the composition root, which knows every room',
  'gateway/http/fast-connection.ts': 'one connection of the fast path',
  'gateway/session/session.ts': 'the states of a session and all that moves it from one to the next',
  'test/support/stomp/suite.ts': 'a suite, run against every broker',
};

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the files of the house', () => {
  it(`have at most ${LONGEST} lines, or are listed with a reason`, () => {
    const long = ['gateway', 'client-shim/src', 'client-shim/build', 'test']
      .flatMap(sources)
      .filter((file) => text(file).split('\n').length > LONGEST + 1);
    assert.deepEqual(
      long.filter((file) => !(file in longFiles)),
      [],
    );
  });

  it('use Node’s request and response in http only, never where sessions are', () => {
    const below = ['transport', 'session', 'dialect', 'channel', 'protocol'];
    const using = below
      .flatMap((room) => sources(`gateway/${room}`))
      .filter((file) => /from 'node:https?'/.test(text(file)));
    assert.deepEqual(using, []);
  });
});

function text(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!\.d|\.test)\.ts$/.test(file))
    .map((file) => `${folder}/${file}`)
    .sort();
}
