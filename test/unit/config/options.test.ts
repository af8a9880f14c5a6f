import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import type { z } from 'zod';
import { ConfigError } from '../../../gateway/base/errors.ts';
import type { GatewayOptions } from '../../../gateway/config/options.ts';
import { resolveOptions } from '../../../gateway/config/resolve.ts';
import { resolveRoutePath } from '../../../gateway/config/resolve-routes.ts';
import { type gatewaySchema, optionTable } from '../../../gateway/config/schema.ts';

/** Resolves what may be wrong, as a config file's content is. */
function resolve(given: unknown) {
  return resolveOptions(given as GatewayOptions);
}

function complaint(given: unknown): string {
  let message = '';
  assert.throws(
    () => resolve(given),
    (error: unknown) => {
      assert.ok(error instanceof ConfigError);
      message = error.message;
      return true;
    },
  );
  return message;
}

describe('resolved options', () => {
  it('have the documented defaults', () => {
    const resolved = resolveOptions();
    const { session, sessionLimits, connectionLimits, memoryLimits, bindSession } = resolved;
    const { listen, access, connectTimeout, grace, demo, tls } = resolved;
    assert.deepEqual(listen, { host: '127.0.0.1', port: 8080 });
    assert.deepEqual(session, {
      heartbeat: 25_000,
      silence: 62_500,
      resumeWindow: 120_000,
      attachTimeout: 5_000,
      outbox: 1_048_576,
      maxBuffered: 16_777_216,
      inbox: 262_144,
      fragment: 65_536,
      maxDelayed: 4,
      maxSessionAge: 0,
    });
    assert.deepEqual(resolved.transport, {
      maxBody: 263_168,
      pollBudget: 262_144,
      streamBudget: 262_144,
    });
    assert.deepEqual(sessionLimits, { maxSessions: 10_000, maxSessionsPerAddress: 1_000 });
    assert.deepEqual(connectionLimits, { maxConnections: 20_000, maxConnectionsPerAddress: 2_000 });
    const memory = Math.floor(getHeapStatistics().heap_size_limit / 2);
    assert.deepEqual(memoryLimits, { memory, memoryPerAddress: Math.floor(memory / 4) });
    assert.equal(bindSession, undefined);
    assert.deepEqual(access, { origins: [], hosts: [], trustedProxies: [], userHeader: undefined });
    assert.deepEqual([connectTimeout, grace, demo, tls], [10_000, 10_000, true, undefined]);
  });

  it('take the share of one address from the memory for all', () => {
    assert.deepEqual(resolveOptions({ memory: '64MiB' }).memoryLimits, {
      memory: 64 * 1024 ** 2,
      memoryPerAddress: 16 * 1024 ** 2,
    });
    assert.equal(
      resolveOptions({ memory: '64MiB', memoryPerAddress: '1MiB' }).memoryLimits.memoryPerAddress,
      1024 ** 2,
    );
  });

  it('limit the age of sessions and bind them to a cookie, if they say so', () => {
    const { session, bindSession } = resolveOptions({ maxSessionAge: '8h', bindSession: 'JSESSIONID' });
    assert.deepEqual([session.maxSessionAge, bindSession], [28_800_000, 'JSESSIONID']);
  });

  it('serve an echo and a broker when nothing is said', () => {
    const { routes } = resolveOptions();
    assert.deepEqual(
      routes.map(({ path }) => path),
      ['/echo', '/stomp'],
    );
  });

  it('are frozen at every level', () => {
    const options = resolveOptions({ routes: [{ path: '/a', backend: 'ws://h', headers: { 'X-A': '1' } }] });
    assert.throws(() => Object.assign(options.session, { heartbeat: 1 }), TypeError);
    assert.throws(() => Object.assign(options.routes[0]?.headers ?? {}, { host: 'x' }), TypeError);
  });

  it('derive silence from heartbeat', () => {
    assert.equal(resolveOptions({ heartbeat: 200 }).session.silence, 500);
  });

  it('take times and sizes as numbers or with a unit', () => {
    const options = resolveOptions({
      heartbeat: '1.5s',
      resumeWindow: '2m',
      grace: 0,
      outbox: '2MiB',
      inbox: 8192,
    });
    assert.equal(options.session.heartbeat, 1500);
    assert.equal(options.session.resumeWindow, 120_000);
    assert.equal(options.grace, 0);
    assert.equal(options.session.outbox, 2_097_152);
    assert.equal(options.session.inbox, 8192);
  });

  it('turn pings off by the word `off`', () => {
    const { routes } = resolveOptions({ clientPing: 'off', routes: ['/a=echo:'], demo: false });
    assert.equal(routes[0]?.clientPing, 0);
  });

  it('give a route the gateway’s bounds unless it has its own', () => {
    const { routes } = resolveOptions({
      maxMessage: '1MiB',
      routes: ['/a=echo:', { path: '/b', backend: 'ws://h', maxMessage: '2KiB', ping: '20s', host: 'inner' }],
    });
    assert.deepEqual(
      routes.slice(0, 2).map(({ maxMessage, ping, host }) => [maxMessage, ping, host]),
      [
        [1_048_576, 0, undefined],
        [2048, 20_000, 'inner'],
      ],
    );
  });

  it('accept the name that the gateway listens on and the hosts of allowed origins', () => {
    const { access } = resolveOptions({
      listen: 'gw.intra:80',
      host: 'GW2',
      origin: ['https://app.intra:8443', 'null', 'http://[::1]'],
    });
    assert.deepEqual(access.hosts, ['gw2', 'app.intra', 'gw.intra']);
    assert.deepEqual(access.origins, ['https://app.intra:8443', 'null', 'http://[::1]']);
  });

  it('make a network of a single proxy', () => {
    const { access } = resolveOptions({ trustedProxy: ['10.1.2.3', '::1', '10.0.0.0/8'] });
    assert.deepEqual(access.trustedProxies, ['10.1.2.3/32', '::1/128', '10.0.0.0/8']);
  });

  it('know a proxy by its IPv4 address when it is written as an IPv4-mapped one', () => {
    const { access } = resolveOptions({ trustedProxy: ['::ffff:10.1.2.3', '::ffff:10.0.0.0/104'] });
    assert.deepEqual(access.trustedProxies, ['10.1.2.3/32', '10.0.0.0/8']);
  });

  it('take a rooted name for the name', () => {
    const { access } = resolveOptions({
      host: 'gw.intra.',
      listen: 'gw2.intra.:80',
      origin: 'http://app.:81',
    });
    assert.deepEqual(access.hosts, ['gw.intra', 'app', 'gw2.intra']);
  });

  it('may put several servers on one port of different addresses', () => {
    const { stomp } = resolveOptions({ listen: '127.0.0.1:8080', stompPort: '127.0.0.2:8080' });
    assert.deepEqual(stomp.listen, { host: '127.0.0.2', port: 8080 });
    assert.doesNotThrow(() => resolveOptions({ listen: 0, stompPort: 0, policyPort: 0 }));
  });

  it('have JSONP where it was switched on', () => {
    const allowed = (jsonp?: boolean) => resolveOptions({ jsonp }).routes.map((route) => route.jsonp);
    assert.deepEqual(allowed(), [false, false]);
    assert.deepEqual(allowed(true), [true, true]);
  });

  it('keep the public type and the schema alike', () => {
    const forward: keyof GatewayOptions = 'listen' as keyof z.input<typeof gatewaySchema>;
    const backward: keyof z.input<typeof gatewaySchema> = 'listen' as keyof GatewayOptions;
    const accepted: GatewayOptions = {} as z.input<typeof gatewaySchema>;
    assert.equal(forward, backward);
    assert.deepEqual(accepted, {});
  });
});

describe('backends', () => {
  const backendOf = (text: string) => resolveOptions({ routes: [`/r=${text}`] }).routes[0]?.backend;

  it('tell a lone slash from no path, as nginx does', () => {
    assert.deepEqual(backendOf('ws://h'), {
      kind: 'websocket',
      secure: false,
      hostname: 'h',
      port: 80,
      path: undefined,
    });
    assert.deepEqual(backendOf('wss://H.x/'), {
      kind: 'websocket',
      secure: true,
      hostname: 'H.x',
      port: 443,
      path: '/',
    });
  });

  it('may be IPv6 addresses', () => {
    assert.deepEqual(backendOf('ws://[::1]:9001/a/b'), {
      kind: 'websocket',
      secure: false,
      hostname: '::1',
      port: 9001,
      path: '/a/b',
    });
  });

  for (const bad of [
    'http://h',
    'ws:h',
    'ws://',
    'ws://h:0',
    'ws://h:65536',
    'ws://h/?q',
    'ws://h/#f',
    'ws://u:p@h',
    'ws://h /',
    'ws://h/\r\nX: y',
    'ws://[1.2.3.4]',
    'ws://1.2.3.999',
    'ws://a..b',
    'ws://..',
    'echo',
    '',
  ]) {
    it(`are not ${JSON.stringify(bad)}`, () => {
      const message = complaint({ routes: [{ path: '/r', backend: bad }] });
      assert.match(message, /^routes\[0\]\.backend .*must be ws:\/\/HOST/);
    });
  }
});

describe('what is wrong with options is said', () => {
  const cases: readonly [unknown, RegExp][] = [
    [{ heartbeat: 'soon' }, /^heartbeat "soon" must be a duration of 1ms to 50s/],
    [{ heartbeat: '51s' }, /^heartbeat "51s" must be/],
    [{ heartbeat: 0 }, /^heartbeat 0 must be/],
    [{ heartbeat: -1 }, /^heartbeat -1 must be/],
    [{ heartbeat: 1.5 }, /^heartbeat 1.5 must be/],
    [{ heartbeat: null }, /^heartbeat null must be/],
    [{ heartbeat: { a: 1 } }, /^heartbeat {"a":1} must be/],
    [{ outbox: '1MB' }, /^outbox "1MB" must be a size/],
    [{ outbox: '1' }, /^outbox "1" must be a size/],
    [{ maxSessions: 0 }, /^maxSessions 0 must be a whole number from 1/],
    [{ maxSessions: 'constructor' }, /^maxSessions "constructor" must be/],
    [{ demo: 'yes' }, /^demo "yes" must be true or false/],
    [{ listen: '1.2.3.4' }, /^listen "1.2.3.4" must be PORT or HOST:PORT/],
    [{ listen: 65_536 }, /^listen 65536 must be/],
    [{ listen: '[zz]:1' }, /^listen .* must be/],
    [{ listen: '256.0.0.1:80' }, /^listen "256.0.0.1:80" must be PORT or HOST:PORT/],
    [{ heartbeat: 10n }, /^heartbeat "10" must be/],
    [{ listen: () => 1 }, /^listen \(function\) must be/],
    [{ listen: 8080, stompPort: '[::]:8080' }, /^stompPort 8080 is the port of listen too$/],
    [{ listen: 8080, policyPort: 8080 }, /^policyPort 8080 is the port of listen too$/],
    [{ status: 843, policyPort: true }, /^status 843 is the port of policyPort too$/],
    [{ stompPort: 843, policyPort: true }, /^policyPort 843 is the port of stompPort too$/],
    [{ origin: 'app.example' }, /^origin "app.example" must be an origin like/],
    [{ origin: ['http://a', 'http://a/b'] }, /^origin\[1\] "http:\/\/a\/b" must be/],
    [{ origin: null }, /^origin null must be an origin like/],
    [{ origin: { a: 1 } }, /^origin {"a":1} must be an origin like/],
    [{ origin: 'ws://app' }, /^origin "ws:\/\/app" must be an origin like .*; pages come from http/],
    [{ origin: 'WSS://app:81' }, /^origin "WSS:\/\/app:81" must be .*; pages come from http/],
    [{ host: 'a..b' }, /^host "a..b" must be a host name/],
    [{ host: 'a:80' }, /^host "a:80" must be a host name/],
    [{ host: '*.a' }, /^host "\*\.a" must be a host name/],
    [{ trustedProxy: '10.0.0.0/33' }, /^trustedProxy "10.0.0.0\/33" must be an address or a network/],
    [{ trustedProxy: '10/8' }, /^trustedProxy "10\/8" must be an address or a network/],
    [{ trustedProxy: '10.0.0.0/08' }, /^trustedProxy "10.0.0.0\/08" must be/],
    [{ trustedProxy: 'fe80::1%eth0' }, /^trustedProxy "fe80::1%eth0" must be/],
    [{ logLevel: 'loud' }, /^logLevel "loud" must be one of silent, error/],
    [{ tls: { minVersion: 'SSLv3' } }, /^tls.minVersion "SSLv3" must be one of TLSv1,/],
    [{ tls: {} }, /^tls needs a cert and a key/],
    [{ tlsCert: 'a' }, /^tlsKey is missing/],
    [{ tls: { key: 'a' } }, /^tls.cert is missing/],
    [
      { tlsCert: '/does/not/exist', tlsKey: 'LICENSE' },
      /^tlsCert \/does\/not\/exist cannot be read: there is no such file \(ENOENT\)$/m,
    ],
    [{ routes: 'x' }, /^routes "x" must be a list/],
    [{ routes: [7] }, /^routes\[0\] 7 must be a table of settings, or PATH=BACKEND/],
    [{ routes: ['/x'] }, /^routes\[0\] "\/x" must be a table/],
    [{ routes: [{ path: '/x' }] }, /^routes\[0\].backend is missing: it must be ws/],
    [{ routes: ['/x=echo:', '/x/=echo:'] }, /^routes\[1\] has the path \/x a second time/],
    [
      { routes: [{ path: '/x', backend: 'ws://h', ping: '1ms' }] },
      /^routes\[0\].ping "1ms" must be .* or "off"/,
    ],
    [{ routes: ['/shim=echo:'] }, /^routes\[0\] "\/shim=echo:" must not be .*gateway/],
    [{ routes: [{ path: '/shim/a', backend: 'echo:' }] }, /^routes\[0\].path "\/shim\/a" must not be/],
    [{ routes: ['/healthz/=echo:'] }, /^routes\[0\] "\/healthz\/=echo:" must not be/],
    [
      { routes: [{ path: '/x', backend: 'ws://h', stomp: true }] },
      /^routes\[0\].stomp true must be a table of settings$/,
    ],
    [
      { routes: [{ path: '/x', backend: 'ws://h', host: 'a\r\nb: c' }] },
      /^routes\[0\].host .* must be a Host value/,
    ],
    [
      { routes: [{ path: '/x', backend: 'ws://h', host: 'http://a' }] },
      /^routes\[0\].host .* must be a Host value/,
    ],
    [
      { routes: [{ path: '/x', backend: 'wss://h', ca: 'LICENSE' }] },
      /^routes\[0\].ca LICENSE holds no certificate in PEM form$/,
    ],
    [
      { routes: [{ path: '/x', backend: 'ws://h', ca: 'c' }] },
      /^routes\[0\].ca is for wss:\/\/ and stomps:\/\/ backends$/,
    ],
    [
      { routes: [{ path: '/x', backend: 'stomp:', ping: '20s' }] },
      /^routes\[0\].ping is for ws:\/\/ and wss:\/\/ backends$/,
    ],
    [
      { routes: [{ path: '/x', backend: 'echo:', headers: {} }] },
      /^routes\[0\].headers is for ws:\/\/ and wss:\/\/ backends$/,
    ],
    [
      { routes: [{ path: '/x', backend: 'stomp://h', host: 'h' }] },
      /^routes\[0\].host is for ws:\/\/ and wss:\/\/ backends$/,
    ],
    [{ noDemo: true }, /^noDemo is not an option; did you mean demo: false\?$/],
    [{ 'no-sockjs': true }, /^no-sockjs is not an option; did you mean sockjs: false\?$/],
    [{ maxBuffered: '4KiB' }, /^maxBuffered 4096 must not be less than outbox/],
    [{ headerTimeout: '3m' }, /^headerTimeout 180000 must not be more than requestTimeout/],
    [
      { memory: '1MiB', memoryPerAddress: '2MiB' },
      /^memoryPerAddress 2097152 must not be more than memory, 1048576$/,
    ],
    [{ maxConnections: 0 }, /^maxConnections 0 must be a whole number from 1/],
    [{ maxSessionAge: '500h' }, /^maxSessionAge "500h" must be a duration of 1s to 480h: .* or "off"/],
    [{ bindSession: 'a b' }, /^bindSession "a b" must be the name of a cookie/],
    [{ jsonp: 'yes' }, /^jsonp "yes" must be true or false/],
    [{ sockjs: 'yes' }, /^sockjs "yes" must be true, false or a table of settings/],
    [{ sockjs: { binary: 'drop' } }, /^sockjs.binary "drop" must be one of close, base64/],
    [{ sockjs: { library: 'sockjs.js' } }, /^sockjs.library "sockjs.js" must be a URL, or a path/],
    [
      { sockjs: { sesionTimeout: 1 } },
      /^sockjs.sesionTimeout is not an option; did you mean sockjs.sessionTimeout\?/,
    ],
    [{ policyPort: 65_536 }, /^policyPort 65536 must be a port from 0 to 65535/],
    [{ policyDomain: '*' }, /^policyDomain needs policyPort or crossdomain/],
    [{ policyPort: true, policyDomain: 'http://app' }, /^policyDomain "http:\/\/app" must be a host like/],
    [{ crossdomain: 'yes' }, /^crossdomain "yes" must be true or false/],
    [{ heartbeet: 1 }, /^heartbeet is not an option; did you mean heartbeat\?/],
    [{ route: [] }, /^route is not an option; did you mean routes\?/],
    [{ xyzzy: 1 }, /^xyzzy is not an option$/],
    [
      { routes: [{ path: '/x', backend: 'echo:', pin: 1 }] },
      /^routes\[0\].pin is not an option; did you mean routes\[0\].ping\?/,
    ],
    [{ tls: { minversion: 1 } }, /^tls.minversion is not an option; did you mean tls.minVersion\?/],
    [JSON.parse('{"__proto__": 1}'), /^__proto__ is not an option/],
  ];
  for (const [given, expected] of cases) {
    it(inspect(given), () => assert.match(complaint(given), expected));
  }

  it('that shows no secrets', () => {
    const headers = { Authorization: 'Bearer s3cret\n' };
    assert.doesNotMatch(complaint({ routes: [{ path: '/x', backend: 'echo:', headers }] }), /s3cret/);
    assert.doesNotMatch(complaint({ routes: ['/x=ws://user:s3cret@h'] }), /s3cret/);
    const stomp = { login: 'a', passcode: 's3cret' };
    assert.doesNotMatch(complaint({ routes: { path: '/x', stomp } }), /s3cret/);
    assert.doesNotMatch(complaint({ stomp: [{ users: { a: 's3cret' } }] }), /s3cret/);
  });
});

describe('route paths', () => {
  const routePath = (path: string) => resolve({ routes: [{ path, backend: 'echo:' }] }).routes[0]?.path;

  it('lose a trailing slash', () => {
    assert.deepEqual(['/a', '/a/', '/', '/a/b-c.d~%20'].map(routePath), ['/a', '/a', '', '/a/b-c.d~%20']);
  });

  for (const bad of [
    '',
    'a',
    '//',
    '/a//b',
    '/a?b',
    '/a#b',
    '/../a',
    '/a/.',
    '/a b',
    '/a\n',
    '/_fallback',
    '/a/_fallback/v1',
  ]) {
    it(`are not ${JSON.stringify(bad)}`, () => assert.throws(() => routePath(bad), ConfigError));
  }
});

describe('the path of a route with a handler', () => {
  it('loses a trailing slash', () => assert.equal(resolveRoutePath('/a/'), '/a'));

  it('is checked as any other', () => {
    assert.throws(() => resolveRoutePath('a'), { message: /^route "a" must be a path like/ });
    assert.throws(() => resolveRoutePath('/shim'), { message: /^route "\/shim" must not be/ });
    assert.throws(() => resolveRoutePath(7 as never), ConfigError);
  });
});

describe('headers of a route', () => {
  const resolveWith = (headers: unknown) => resolve({ routes: [{ path: '/x', backend: 'ws://h', headers }] });

  it('are kept by lower-case name', () => {
    assert.deepEqual(resolveWith({ 'X-Key': 'abc' }).routes[0]?.headers, { 'x-key': 'abc' });
  });

  for (const name of ['Host', 'Connection', 'Upgrade', 'Sec-WebSocket-Key', 'Transfer-Encoding', 'a b', '']) {
    it(`may not set ${JSON.stringify(name)}`, () => {
      assert.throws(() => resolveWith({ [name]: 'x' }), /is not a header field that a route may set/);
    });
  }

  it('may not set one twice', () => {
    const given = { 'X-Key': 'abc', 'x-key': 'def' };
    assert.throws(() => resolveWith(given), /routes\[0\]\.headers\.x-key .*twice/);
  });

  it('have no line breaks', () => {
    assert.throws(() => resolveWith({ 'X-A': 'a\r\nX-B: c' }), /routes\[0\]\.headers\.X-A .*no line breaks/);
  });
});

describe('the option table', () => {
  it('has a flag in kebab case for each key that is not for files only', () => {
    for (const [key, { flag }] of Object.entries(optionTable) as [string, { flag?: string }][]) {
      if (flag === undefined) continue;
      const name = String(flag.split(' ')[0]).replace(/^--(no-)?/, '');
      const camel = name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
      assert.equal(key === 'routes' ? 'route' : key, camel);
    }
  });
});
