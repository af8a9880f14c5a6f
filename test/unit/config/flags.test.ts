import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../../gateway/base/errors.ts';
import { readCommandLine } from '../../../gateway/config/flags.ts';
import type { ResolvedOptions } from '../../../gateway/config/resolved.ts';

function resolved(...args: string[]): ResolvedOptions {
  const commandLine = readCommandLine(args, '1.2.3');
  assert.ok(commandLine.kind === 'run');
  return commandLine.options;
}

function printed(...args: string[]): string {
  const commandLine = readCommandLine(args, '1.2.3');
  assert.ok(commandLine.kind === 'print');
  return commandLine.text;
}

function complaints(...args: string[]): string {
  try {
    readCommandLine(args, '1.2.3');
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message;
  }
  return assert.fail('was accepted');
}

function complaint(...args: string[]): string {
  const message = complaints(...args);
  assert.doesNotMatch(message, /\n/, 'one line');
  return message;
}

describe('flags', () => {
  it('replace the default routes', () => {
    const { routes } = resolved('--route', '/a=ws://h:1', '--route', '/b=echo:', '--no-demo');
    assert.deepEqual(
      routes.map(({ path }) => path),
      ['/a', '/b'],
    );
  });

  it('may be repeated where the help says so', () => {
    const { access } = resolved('--origin', 'http://a', '--origin', '*', '--host', 'x', '--host', 'y');
    assert.deepEqual(access.origins, ['http://a', '*']);
    assert.deepEqual(access.hosts, ['x', 'y', 'a']);
  });

  it('leave the demo out, as a route does', () => {
    assert.equal(resolved().demo, true);
    assert.equal(resolved('--no-demo').demo, false);
    assert.equal(resolved('--route', '/a=echo:').demo, false);
    assert.equal(resolved('--route', '/a=echo:', '--demo').demo, true);
  });

  it('take a port alone', () => {
    assert.deepEqual(resolved('--listen', '0').listen, { host: '127.0.0.1', port: 0 });
    assert.deepEqual(resolved('--listen', '[::]:8080').listen, { host: '::', port: 8080 });
  });

  it('print help for -h, too', () => assert.equal(printed('-h'), printed('--help')));

  it('print the version', () => assert.equal(printed('--version'), '1.2.3\n'));

  it('print a help with defaults and units', () => {
    const help = printed('--help');
    assert.match(help, /--listen <\[host:\]port> .*default 127\.0\.0\.1:8080/);
    assert.match(help, /--heartbeat <time> .*default 25s/);
    assert.match(help, /--outbox <size> .*default 1MiB/);
    assert.match(help, /Times are milliseconds/);
    assert.match(help, /--policy-port \[port\] .*843/);
    assert.match(help, /--no-sockjs .*SockJS/);
    for (const line of help.split('\n')) assert.ok(line.length <= 110, line);
  });

  const wrong: readonly [string[], RegExp][] = [
    [['--heartbeat', 'abc'], /^--heartbeat "abc" must be a duration/],
    [['--route', '/x=http://h'], /^--route "\/x=http:\/\/h" must be ws:/],
    [['--route', 'x'], /^--route "x" must be /],
    [['--route'], /^--route needs a value: --route <path=backend>$/],
    [['--rout', 'x'], /^unknown option '--rout': write --route \/ws=x$/],
    [['--policy-port', 'x'], /^--policy-port "x" must be a port/],
    [['--policy-domain', '*'], /^--policy-domain needs --policy-port or --crossdomain$/],
    [
      ['--outbox', '2MiB', '--max-buffered', '1MiB'],
      /^--max-buffered 1048576 must not be less than --outbox, 2097152$/,
    ],
    [['--header-timeout', '3m'], /^--header-timeout 180000 must not be more than --request-timeout, 120000$/],
    [['--listen', '81', '--stomp-port', '81'], /^--stomp-port 81 is the port of --listen too$/],
    [['--route', ''], /^--route "" must be PATH=BACKEND$/],
    [['--config', ''], /^--config "" must be the name of a file$/],
    [['--stomp-port', 'x'], /^--stomp-port "x" must be PORT or HOST:PORT/],
    [['--tls-key', 'k'], /^--tls-cert is missing/],
    [['serve'], /^"serve" is not an option/],
    [
      ['--config', '/does/not/exist'],
      /^--config \/does\/not\/exist cannot be read: there is no such file \(ENOENT\)$/,
    ],
  ];
  for (const [args, expected] of wrong) {
    it(`name what is wrong: ${args.join(' ')}`, () => assert.match(complaint(...args), expected));
  }
});

/** Ten aliases of ten aliases of ten … */
function laughs(): string {
  const names = [...'abcdefghi'];
  const lines = names
    .slice(1)
    .map((name, index) => `${name}: &${name} [${Array(10).fill(`*${names[index]}`).join(', ')}]`);
  return ['a: &a [x]', ...lines, ''].join('\n');
}

describe('a config file', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-config-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function file(content: string | Buffer, name = 'gateway.yaml'): string {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  }

  it('says the same in YAML', () => {
    const path = file(
      'heartbeat: 10s\nroutes:\n  - path: /a\n    backend: ws://h:1/x\n    ping: 20s\n  - "/b=echo:"\n',
    );
    const { session, routes } = resolved('--config', path, '--no-demo');
    assert.equal(session.heartbeat, 10_000);
    assert.deepEqual(
      routes.map(({ path: routePath, ping }) => [routePath, ping]),
      [
        ['/a', 20_000],
        ['/b', 0],
      ],
    );
  });

  it('says the same in JSON', () => {
    const path = file('{ "listen": 9000, "demo": false, "origin": ["http://a"] }', 'gateway.json');
    const options = resolved('--config', path);
    assert.deepEqual([options.listen.port, options.demo], [9000, false]);
  });

  it('yields to flags', () => {
    const path = file('heartbeat: 10s\ndemo: true\nroutes: ["/a=echo:"]\n');
    const options = resolved('--config', path, '--heartbeat', '5s', '--route', '/b=echo:', '--no-demo');
    assert.equal(options.session.heartbeat, 5_000);
    assert.deepEqual(
      options.routes.map(({ path: routePath }) => routePath),
      ['/b'],
    );
  });

  it('may be empty', () => assert.equal(resolved('--config', file('')).listen.port, 8080));

  it('is named with the key that is wrong', () => {
    const path = file('heartbeat: 99s\n');
    assert.ok(complaint('--config', path).startsWith(`${path}:1: heartbeat "99s" must be`));
  });

  it('is not named for a flag that is wrong', () => {
    const path = file('heartbeat: 10s\n');
    assert.match(complaint('--config', path, '--heartbeat', 'x'), /^--heartbeat "x" must/);
  });

  it('suggests the key that was meant', () => {
    const path = file('routes:\n  - path: /a\n    backnd: "echo:"\n');
    assert.match(
      complaint('--config', path),
      /routes\[0\]\.backnd is not an option; did you mean routes\[0\]\.backend\?/,
    );
  });

  it('is a table', () => {
    for (const content of ['- a', 'text', '7']) {
      assert.match(complaint('--config', file(content)), /must be a table of options, such as /);
    }
  });

  it('gets one line for broken syntax, with the place', () => {
    assert.match(complaint('--config', file('a: [1,\nb: 2')), /is not valid YAML or JSON: .*line \d/);
  });

  it('gets advice for a value with a colon', () => {
    const block = complaint('--config', file('routes:\n  - path: /a\n    backend: echo:\n'));
    assert.match(
      block,
      /is not valid YAML or JSON: .*line 3.*; a value with a colon at its end, like "echo:", wants quotes$/,
    );
    const flow = complaint('--config', file('routes: [{ path: /a, backend: echo: }]'));
    assert.match(flow, /line 1.*; a value with a colon at its end/);
  });

  it('is one document', () => {
    assert.match(
      complaint('--config', file('listen: 1\n---\nlisten: 2\n')),
      /is not valid YAML or JSON: more than one document at line 2/,
    );
  });

  it('has no tags and no keys but text; a fault is one line without further warnings', () => {
    const warnings: unknown[] = [];
    const onWarning = (warning: unknown) => warnings.push(warning);
    const emitWarning = process.emitWarning;
    process.emitWarning = onWarning;
    try {
      assert.match(
        complaint('--config', file('listen: !!js/function x')),
        /not valid YAML or JSON: Unresolved tag/,
      );
      assert.match(
        complaint('--config', file('? [a]\n: 1')),
        /not valid YAML or JSON: .*keys must be strings/,
      );
    } finally {
      process.emitWarning = emitWarning;
    }
    assert.deepEqual(warnings, []);
  });

  const shapes: readonly [string, string | Buffer, RegExp][] = [
    ['an alias of itself', 'routes: &a [*a]\n', /routes\[0\] \(a value that contains itself\) must be/],
    ['an alias of nothing', 'routes: *a\n', /not valid YAML or JSON: Unresolved alias/],
    ['aliases of aliases', laughs(), /not valid YAML or JSON: Excessive alias count/],
    ['nested lists', `routes: ${'['.repeat(2000)}`, /has lists or tables nested more than 32 deep$/],
    ['nested tables', `stomp: ${'{a: '.repeat(2000)}`, /has lists or tables nested more than 32 deep$/],
    ['nested lists without brackets', '- '.repeat(2000), /nested more than 32 deep$/],
    ['a merge key', 'a: &a {}\nroutes: [{ <<: *a }]\n', /routes\[0\]\.<< is not an option$/m],
    ['a key twice', 'demo: true\ndemo: true\n', /not valid YAML or JSON: Map keys must be unique at line 2/],
    ['tabs', 'stomp:\n\tredeliveries: 3\n', /not valid YAML or JSON: Tabs are not allowed as indentation/],
    ['an empty key', '? \n: 1\n', /: "" is not an option$/],
    ['a key with a line break', '"a\\nb": 1\n', /: "a\\nb" is not an option$/],
    ['a long key', `${'x'.repeat(1000)}: 1\n`, /: "x{76}\.\.\. is not an option$/],
    ['bytes of a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47]), /is not text in UTF-8: save it as UTF-8$/],
    ['UTF-16', Buffer.from('\ufeffdemo: true\n', 'utf16le'), /is text in UTF-16: save it as UTF-8$/],
    ['a tag', 'origin: !!binary aGVsbG8=\n', /not valid YAML or JSON: Unresolved tag/],
    ['too much', `# ${'x'.repeat(1024 ** 2)}\n`, /is longer than 1 MiB$/],
  ];
  for (const [what, content, expected] of shapes) {
    it(`is refused for ${what}`, () => assert.match(complaints('--config', file(content)), expected));
  }

  it('may begin with a byte order mark', () => {
    assert.equal(resolved('--config', file('\ufeffdemo: false\n')).demo, false);
  });

  it('is named once where two of its options do not go together', () => {
    const path = file('headerTimeout: 3m\n');
    assert.equal(
      complaint('--config', path),
      `${path}:1: headerTimeout 180000 must not be more than requestTimeout, 120000`,
    );
  });
});
