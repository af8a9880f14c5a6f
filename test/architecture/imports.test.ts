import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Who may import whom, as ARCHITECTURE.md has it. Files outside of a folder are rooms of their own. */
const gatewayRooms: Readonly<Record<string, readonly string[]>> = {
  base: [],
  protocol: ['base'],
  channel: ['base', 'protocol'],
  backend: ['channel', 'protocol', 'base'],
  native: ['backend', 'channel', 'protocol', 'base'],
  session: ['channel', 'protocol', 'base'],
  stomp: ['backend', 'channel', 'protocol', 'base'],
  http: ['base'],
  access: ['http', 'base'],
  pages: ['access', 'http', 'base'],
  config: ['base'],
  flash: ['http', 'base'],
  dialect: ['protocol'],
  transport: ['access', 'http', 'session', 'dialect', 'channel', 'protocol', 'base'],
  route: [
    ...['native', 'stomp', 'backend', 'session', 'transport', 'dialect', 'access', 'http', 'config'],
    ...['channel', 'protocol', 'base'],
  ],
  // The composition root knows every room.
  'gateway.ts': [
    ...['route', 'native', 'stomp', 'backend', 'session', 'transport', 'dialect', 'pages', 'flash'],
    ...['access', 'http', 'config', 'channel', 'protocol', 'base'],
  ],
  'index.ts': ['gateway.ts', 'config', 'base'],
  'main.ts': ['index.ts', 'config', 'base'],
};

/** Each may import what stands to its right. */
const shimOrder = ['stomp', 'facade', 'connect', 'session', 'transport', 'wire', 'browser', 'lang'];
const shimRooms: Readonly<Record<string, readonly string[]>> = {
  'main.ts': shimOrder,
  'module.ts': shimOrder,
  // The script of a page of its own, which has everything but a facade.
  'bridge.ts': shimOrder.slice(2),
  // Its other end, in the page.
  'bridge-socket.ts': shimOrder.slice(2),
  // A script of its own, which has no session.
  'flash-socket.ts': ['flash', 'transport', 'browser'],
  flash: ['transport', 'wire', 'browser', 'lang'],
  ...Object.fromEntries(shimOrder.map((room, at) => [room, shimOrder.slice(at + 1)])),
};

/** Files of over 300 lines, and why they are. A suite of tests is as long as what it tests. */
const longFiles: Readonly<Record<string, string>> = {
  'gateway/gateway.ts': 'the composition root, which knows every room',
  'gateway/session/session.ts': 'the states of a session and all that moves it from one to the next',
  'test/support/stomp-suite.ts': 'a suite, run against every broker',
};

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the rooms of the house', () => {
  for (const [house, rooms] of [
    ['gateway', gatewayRooms],
    ['client-shim/src', shimRooms],
  ] as const) {
    describe(house, () => {
      const imports = sources(house).flatMap((file) => importsOf(house, file));

      it('import only what they may', () => {
        const wrong = imports.filter(({ from, to }) => from !== to && !rooms[from]?.includes(to));
        assert.deepEqual(wrong.map(told), []);
      });

      it('are all in the table', () => {
        const known = new Set(Object.keys(rooms));
        const met = new Set(sources(house).map(roomOf));
        assert.deepEqual(
          [...met].filter((room) => !known.has(room)),
          [],
        );
      });

      it('were really read', () => {
        assert.ok(imports.length > 50, `${imports.length} imports`);
      });
    });
  }

  it('knows an import that goes the wrong way', () => {
    const planted = importsIn(
      'gateway',
      'session/x.ts',
      "import { a } from '../backend/backend.ts';\nexport * from '../http/y.ts';",
    );
    const wrong = planted.filter(({ from, to }) => !gatewayRooms[from]?.includes(to));
    assert.deepEqual(
      wrong.map(({ to }) => to),
      ['backend', 'http'],
    );
  });

  it('lists every file of over 300 lines with its reason', () => {
    const long = ['gateway', 'client-shim/src', 'client-shim/build', 'test'].flatMap((house) =>
      sources(house)
        .filter((file) => readFileSync(join(root, house, file), 'utf8').split('\n').length > 301)
        .map((file) => `${house}/${file}`),
    );
    assert.deepEqual(long, Object.keys(longFiles));
  });

  it('keeps the gateway free of Node’s request and response below transport', () => {
    const decorated = sources('gateway')
      .filter((file) => /^(transport|session|dialect|channel|protocol)\//.test(file))
      .filter((file) => /from 'node:https?'/.test(readFileSync(join(root, 'gateway', file), 'utf8')));
    assert.deepEqual(decorated, []);
  });
});

interface Import {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

function sources(house: string): string[] {
  return readdirSync(join(root, house), { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!\.d|\.test)\.ts$/.test(file))
    .sort();
}

function importsOf(house: string, file: string): Import[] {
  return importsIn(house, file, readFileSync(join(root, house, file), 'utf8'));
}

/** Imports and re-exports of the house's own files, types as well; what leaves the house has no room. */
function importsIn(house: string, file: string, code: string): Import[] {
  const found = code.matchAll(
    /^(?:import|export)\b[^'";]*from '(\.[^']+)';|\bimport\('(\.[^']+)'\)|^import '(\.[^']+)';/gms,
  );
  return [...found]
    .map(([, a, b, c]) => normalize(join(dirname(file), (a ?? b ?? c) as string)))
    .filter((target) => !target.startsWith('..'))
    .map((target) => ({ file: `${house}/${file}`, from: roomOf(file), to: roomOf(target) }));
}

function roomOf(file: string): string {
  return relative('.', file).split('/')[0] as string;
}

function told({ file, to }: Import): string {
  return `${file} imports ${to}`;
}
