import assert from 'node:assert/strict';
import { parseBackend } from '../../../gateway/config/backends.ts';
import { readCommandLine } from '../../../gateway/config/flags.ts';
import type { GatewayOptions } from '../../../gateway/config/options.ts';
import { resolveOptions } from '../../../gateway/config/resolve.ts';

const at = (hostname: string, port: number, secure = false) => ({ hostname, port, secure });

describe('STOMP backends', () => {
  for (const [text, backend] of [
    ['stomp:', { kind: 'broker' }],
    ['stomp://rabbit', { kind: 'relay', brokers: [at('rabbit', 61_613)] }],
    ['stomps://rabbit', { kind: 'relay', brokers: [at('rabbit', 61_614, true)] }],
    ['stomp://a:1,[::1]:2,c', { kind: 'relay', brokers: [at('a', 1), at('::1', 2), at('c', 61_613)] }],
  ] as const) {
    it(`are ${text}`, () => assert.deepEqual(parseBackend(text), backend));
  }

  for (const text of [
    'stomp://',
    'stomp:x',
    'stomp://a/',
    'stomp://a,',
    'stomp://a:0',
    'stomp://u:p@a',
    'ws://a,b',
  ]) {
    it(`are not ${text}`, () => assert.equal(parseBackend(text), undefined));
  }
});

describe('settings of a STOMP route', () => {
  const stompOf = (route: object) =>
    resolveOptions({
      connectTimeout: '3s',
      routes: [{ path: '/s', backend: 'stomp://h', ...route }],
      demo: false,
    }).routes[0]?.stomp;

  it('have defaults on a relay, and are not there on other routes unless they are written', () => {
    assert.equal(stompOf({})?.connectTimeout, 3000);
    assert.equal(stompOf({})?.heartbeat, 10_000);
    assert.equal(stompOf({ backend: 'ws://h' }), undefined);
    assert.equal(stompOf({ backend: 'ws://h', stomp: {} })?.heartbeat, 10_000);
  });

  it('bound the messages to a WebSocket server, and no others', () => {
    const chunked = (backend: string) => stompOf({ backend, stomp: { chunkSize: '16KiB' } })?.chunkSize;
    assert.equal(chunked('ws://h'), 16_384);
    assert.throws(() => chunked('stomp://h'), /stomp\.chunkSize is for ws:\/\/ and wss:\/\/ backends$/m);
    assert.equal(stompOf({ backend: 'ws://h', stomp: {} })?.chunkSize, undefined);
  });

  it('take a pattern or several', () => {
    const stomp = stompOf({
      stomp: { subscribe: '/topic/chat.*', send: ['/topic/a', '/queue/#'], heartbeat: 'off' },
    });
    assert.deepEqual(stomp?.subscribe, ['/topic/chat.*']);
    assert.deepEqual(stomp?.send, ['/topic/a', '/queue/#']);
    assert.equal(stomp?.heartbeat, 0);
  });

  for (const [name, options, message] of [
    [
      'a pattern that is none',
      { subscribe: '/a.#.b' },
      /^routes\[0\].stomp.subscribe.* must be a destination/,
    ],
    [
      'a passcode, without showing it',
      { passcode: 1234 },
      /^routes\[0\].stomp.passcode \(not shown\) must be text/,
    ],
    ['a misspelt key', { virtualhost: 'x' }, /did you mean routes\[0\].stomp.virtualHost\?/],
  ] as const) {
    it(`complain of ${name}`, () => assert.throws(() => stompOf({ stomp: options }), { message }));
  }

  it('are rights only where the embedded broker is behind the route, and nothing where none is', () => {
    assert.deepEqual(stompOf({ backend: 'stomp:', stomp: { subscribe: '/topic/a' } })?.subscribe, [
      '/topic/a',
    ]);
    assert.throws(() => stompOf({ backend: 'stomp:', stomp: { login: 'a' } }), {
      message: 'routes[0].stomp.login is for brokers elsewhere; the embedded one has subscribe and send here',
    });
    assert.throws(() => stompOf({ backend: 'echo:', stomp: {} }), {
      message: 'routes[0].stomp is for STOMP brokers and ws:// and wss:// backends',
    });
  });
});

describe('settings of the embedded broker', () => {
  it('have defaults', () => {
    const { listen, users, redeliveries, maxQueued, maxStored } = resolveOptions().stomp;
    assert.deepEqual(
      [listen, users, redeliveries, maxQueued, maxStored],
      [undefined, undefined, 5, 10_000, 2 ** 26],
    );
  });

  it('take its port as a flag', () => {
    const line = readCommandLine(['--stomp-port', '61613'], '0.0.0');
    assert.ok(line.kind === 'run');
    assert.deepEqual(line.options.stomp.listen, { host: '127.0.0.1', port: 61_613 });
  });

  it('take rights for all and for a login', () => {
    const { stomp } = resolveOptions({
      stomp: { subscribe: '/topic/#', users: { anna: 'x', bert: { passcode: 'y', send: '/queue/a' } } },
    });
    assert.deepEqual(stomp.subscribe, ['/topic/#']);
    assert.deepEqual(stomp.users, { anna: { passcode: 'x' }, bert: { passcode: 'y', send: ['/queue/a'] } });
    const misspelt = {
      stomp: { users: { anna: { passcode: 'x', sent: '/a' } } },
    } as unknown as GatewayOptions;
    assert.throws(() => resolveOptions(misspelt), { message: /did you mean stomp\.users\.anna\.send\?$/ });
  });

  it('do not show a passcode that is wrong', () => {
    const options = { stomp: { users: { anna: 12 } } } as unknown as GatewayOptions;
    assert.throws(() => resolveOptions(options), { message: /^stomp.users.anna \(not shown\) must be/ });
  });
});
