import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../../gateway/base/errors.ts';
import { readCommandLine } from '../../../gateway/config/flags.ts';
import { selfSigned } from '../../support/machine/self-signed.ts';

/** All that is wrong with a command line, a line each. */
function problems(...args: string[]): readonly string[] {
  try {
    readCommandLine(args, '1.2.3');
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
  return [];
}

/** What new operators write on the command line, and the end of the one line that answers. */
const commandLines: readonly [string[], string][] = [
  [['--port', '8085'], "unknown option '--port': write --listen 8085"],
  [['-p', '8085'], "unknown option '-p': write --listen 8085"],
  [['--bind', '0.0.0.0:80'], 'write --listen 0.0.0.0:80'],
  [['-listen', '8080'], 'write --listen 8080'],
  [['—listen', '8080'], 'write --listen 8080 (the dash is not a hyphen)'],
  [['--LISTEN', '80'], 'write --listen 80'],
  [['--maxMessage', '1MiB'], 'write --max-message 1MiB'],
  [['--backend', 'ws://h:1'], 'write --route /ws=ws://h:1'],
  [['--cors', '*'], 'write --origin *'],
  [['--allow-origin=*'], 'write --origin *'],
  [['--cert', 'a.pem'], 'write --tls-cert a.pem'],
  [['-c', 'x.yaml'], 'write --config x.yaml'],
  [['--verbose'], 'write --log-level <level>'],
  [['-v'], 'write --version'],
  [['--dry-run'], 'write --check'],
  [['--users', 'x'], 'it stands in the config file, stomp: { users }'],
  [['--ping', '20s'], 'it stands in the config file, routes: [{ path, backend, ping }]'],
  [['--frobnicate', 's3cret'], "unknown option '--frobnicate': --help lists all"],
  [['--demo=false'], '--demo takes no value, write --no-demo'],
  [['--jsonp=false'], '--jsonp takes no value, leave it out'],
  [['--sockjs'], 'leave it out, only --no-sockjs changes something'],
  [['--no-jsonp'], 'leave it out, nothing is switched on or set without --jsonp'],
  [['--no-tls-cert'], 'leave it out, nothing is switched on or set without --tls-cert'],
  [['--jsonp', 'true'], 'flags take no true or false, --no-NAME switches off'],
  [['--listen'], '--listen needs a value: --listen <[host:]port>'],
  [['--listen', '--no-demo'], '--listen needs a value: --listen <[host:]port>'],
  [['--listen', '80', '--listen', '81'], '--listen is given twice'],
  [['start'], 'there are no commands, the gateway starts by itself'],
  [['help'], 'write --help'],
  [['/?'], 'write --help'],
  [['8080'], 'write --listen 8080'],
  [['listen=8080'], 'write --listen 8080'],
  [['gateway.yaml'], 'write --config gateway.yaml'],
  [['ws://h:1'], 'write --route /ws=ws://h:1'],
  [['/ws=ws://h'], 'write --route /ws=ws://h'],

  [['--listen', 'localhost'], 'a port is missing, write localhost:8080'],
  [['--listen', '0.0.0.0'], 'a port is missing, write 0.0.0.0:8080'],
  [['--listen', '::1:80'], 'write [::1]:80'],
  [['--listen', '::'], 'write [::]:8080'],
  [['--listen', 'http://0.0.0.0:80/'], 'write 0.0.0.0:80, without a scheme'],
  [['--listen', '8080/tcp'], 'write 8080'],
  [['--listen', '70000'], '70000 is no port'],
  [['--listen', '/run/gateway.sock'], 'the gateway does not listen on Unix sockets'],

  [['--route', '/ws', 'ws://h:1'], 'write --route /ws=ws://h:1'],
  [['--route', '/ws ws://h:1'], 'write /ws=ws://h:1'],
  [['--route', '/ws->ws://h'], 'write /ws=ws://h'],
  [['--route', '/ws:ws://h'], 'write /ws=ws://h'],
  [['--route', '/ws'], 'a backend is missing, write /ws=ws://127.0.0.1:9001'],
  [['--route', 'ws://h:1'], 'a path comes first, write /ws=ws://h:1'],
  [['--route', 'http://h:1'], 'a path comes first, write /ws=ws://h:1'],
  [['--route', 'ws=ws://h'], 'write /ws'],
  [['--route', '/ws/*=ws://h'], 'a route has everything below its path, write /ws'],
  [['--route', "'/ws=ws://h'"], 'cmd.exe knows only "…", and word processors change them'],
  [
    ['--route', 'C:/Program Files/Git/ws=ws://h'],
    'the shell changed the path, set MSYS_NO_PATHCONV=1 before',
  ],
  [['--route', 'http://gw/ws=ws://h'], 'the path alone, write /ws'],
  [['--route', '/ws=http://h:1'], 'write ws://h:1'],
  [['--route', '/ws=https://h/ws'], 'write wss://h/ws'],
  [['--route', '/ws=localhost:9001'], 'write ws://localhost:9001'],
  [['--route', '/ws=9001'], 'write ws://127.0.0.1:9001'],
  [['--route', '/ws=ws:/h:1'], 'write ws://h:1'],
  [['--route', '/ws=ws://'], 'a host is missing, write ws://127.0.0.1:PORT'],
  [['--route', '/ws=ws://h:99999'], '"99999" is no port from 1 to 65535'],
  [['--route', '/ws=ws://::1:80'], 'an IPv6 address stands in brackets'],
  [['--route', '/ws=ws://h/?token=x'], "the query is the client's own, write the address without one"],
  [['--route', '/ws=echo'], 'write echo: with the colon'],
  [['--route', '/ws=amqp://h'], 'the STOMP plugin of RabbitMQ is stomp://HOST:61613'],
  [['--route', '/ws=stomp://h/vh'], 'its virtual host is stomp: { virtualHost }'],
  [['--route', '/ws=unix:/tmp/x'], 'let the server listen on 127.0.0.1 and write ws://127.0.0.1:PORT'],

  [['--origin', 'http://app/path'], 'write http://app'],
  [['--origin', 'NULL'], 'write null'],
  [['--origin', 'app.example'], 'write https://app.example or http://app.example'],
  [['--origin', 'https://*.example.com'], 'wildcards are not known, list the origins, or * for every page'],
  [['--origin', 'http://a,http://b'], 'give one origin at a time'],
  [['--origin', 'file:///'], 'pages of files have the origin null, write "null"'],
  [['--host', 'http://gw:80/'], 'write gw'],
  [['--host', 'gw:80'], 'write gw'],
  [['--host', '*.app'], 'wildcards are not known, list the names, or * for every name'],
  [['--trusted-proxy', 'localhost'], 'write 127.0.0.1 or ::1'],
  [['--trusted-proxy', '10.0.0.0/255.0.0.0'], 'write 10.0.0.0/8'],
  [['--trusted-proxy', '10.*'], 'write 10.0.0.0/8'],
  [['--trusted-proxy', '1.2.3.4:80'], 'write 1.2.3.4, without a port'],
  [['--trusted-proxy', 'proxy.intra'], 'names are not looked up here, write its address'],

  [['--heartbeat', '25 seconds'], 'write 25s'],
  [['--heartbeat', 'never'], 'it cannot be switched off, write 50s or less'],
  [['--max-session-age', '1d'], 'write 24h'],
  [['--max-session-age', 'never'], 'write off'],
  [['--max-message', '16MB'], 'write 16MiB'],
  [['--max-message', '1G'], 'write 1GiB'],
  [['--max-sessions', '10k'], 'write 10000'],
  [['--max-sessions', 'unlimited'], 'write 10000000 or less'],
  [['--log-level', 'verbose'], 'write debug'],
  [['--log-level', 'WARN'], 'write warn'],
  [['--log-format', 'JSON'], 'write json'],
];

/** What they write into the file, and the end of the one line that answers, behind its name. */
const files: readonly [string, string][] = [
  [
    'routes: { /ws: "ws://h:1" }\n',
    ':1: routes {"/ws":"ws://h:1"} must be a list; write - { path: /ws, backend: \'ws://h:1\' }',
  ],
  ['routes:\n  - /ws: ws://h:1\n', ':2: routes[0]./ws is not an option; write { path: /ws, backend: … }'],
  ['routes:\n', ':1: routes null must be a list'],
  ['origin: null\n', '; write "null", in quotes'],
  ['origin: true\n', '; "*" is every page'],
  ['listen:8080\n', ' such as "listen: 8080", with a space after the colon'],
  ['listen = 8080\n', ' must be a table of options, such as "listen: 8080"'],
  ['--listen: 80\n', ':1: --listen is not an option; did you mean listen?'],
  ['tlsCert: "C:\\certs\\cert.pem"\n', "; a path with backslashes wants single quotes, 'C:\\certs\\key.pem'"],
  ['trustedProxy: true\n', '; write the addresses of your proxies'],
  ['routes: /ws=ws://h\n', ':1: routes "/ws=ws://h" must be a list, also for one: ["/ws=ws://h"]'],
  ['listen: 80\n\nroute: []\n', ':3: route is not an option; did you mean routes?'],
  [
    'gateway:\n  listen: 80\n',
    ':1: gateway is not an option; the options in it stand at the top, without it',
  ],
  ['port: 80\n', ':1: port is not an option; did you mean listen?'],
  ['max-message: 1MiB\n', ':1: max-message is not an option; did you mean maxMessage?'],
  ['demo: "no"\n', ':1: demo "no" must be true or false; write false, without quotes'],
  ['jsonp: on\n', ':1: jsonp "on" must be true or false; write true, without quotes'],
  ['tls: { minVersion: 1.2 }\n', '; write TLSv1.2'],
  ['tls: { cert: a, key: b }\ntlsCert: c\n', ':2: tlsCert and tls.cert are both given: write one of them'],
  ['stomp: { users: { guest: 1234 } }\n', 'must be a passcode, as text; quotes make a number text'],
  ['routes:\n\t- /ws=ws://h\n', ' at line 2, column 1; indent with spaces, not with tabs'],
  ['{\n  // the port\n  "listen": 80\n}\n', '; a comment begins with #'],
  ['{ "listen": 80\n', ''],
  ['listen: 80\nlisten: 81\n', ' at line 2, column 1; write each key once'],
  ['just text\n', ' must be a table of options, such as "listen: 8080"'],
];

describe('a mistake is answered with what to write', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-mistakes-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function file(content: string | Buffer, name: string): string {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  }

  for (const [args, end] of commandLines) {
    it(args.join(' '), () => {
      const lines = problems(...args);
      assert.equal(lines.length, 1, lines.join('\n'));
      assert.ok(lines[0]?.endsWith(end), lines[0]);
    });
  }

  for (const [content, end] of files) {
    it(`in the file: ${JSON.stringify(content)}`, () => {
      const path = file(content, 'gateway.yaml');
      const lines = problems('--config', path);
      assert.equal(lines.length, 1, lines.join('\n'));
      assert.ok(lines[0]?.startsWith(path) && lines[0].endsWith(end), lines[0]);
    });
  }

  it('and what can only mean one thing is taken', () => {
    const taken = (...args: string[]) => {
      const line = readCommandLine(args, '1');
      assert.ok(line.kind === 'run');
      return line.options;
    };
    assert.deepEqual(taken('--listen', ':8085').listen, { host: '0.0.0.0', port: 8085 });
    assert.deepEqual(taken('--listen', '*:80').listen, { host: '0.0.0.0', port: 80 });
    assert.equal(taken('--route', '/ws = ws://h:1').routes[0]?.path, '/ws');
    assert.deepEqual(taken('--origin', 'http://app.example/').access.origins, ['http://app.example']);
  });

  it('names a file that is not there with its folder, and says why one cannot be read', () => {
    const [missing] = problems('--config', 'nowhere.yaml');
    assert.equal(
      missing,
      `--config nowhere.yaml cannot be read: there is no such file (ENOENT): ${join(process.cwd(), 'nowhere.yaml')}`,
    );
    const inside = join(folder, 'folder');
    mkdirSync(inside);
    assert.equal(
      problems('--config', inside)[0],
      `--config ${inside} cannot be read: it is a folder (EISDIR)`,
    );
  });

  it('of certificates and keys, in words', function () {
    const made = selfSigned();
    const other = selfSigned();
    if (made === undefined || other === undefined) {
      console.log('    openssl is missing: certificates are not tested');
      return this.skip();
    }
    const openssl = (...args: string[]) =>
      execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'ignore'] });
    const [der, locked, pfx, empty] = ['cert.der', 'locked.pem', 'all.pfx', 'empty.pem'].map((name) =>
      join(folder, name),
    ) as [string, string, string, string];
    openssl('x509', '-in', made.cert, '-outform', 'der', '-out', der);
    openssl('pkey', '-in', made.key, '-aes128', '-passout', 'pass:x', '-out', locked);
    openssl('pkcs12', '-export', '-in', made.cert, '-inkey', made.key, '-passout', 'pass:', '-out', pfx);
    writeFileSync(empty, '');
    const tls = (cert: string, key: string) => problems('--tls-cert', cert, '--tls-key', key);
    const rows: readonly [string, string, ...string[]][] = [
      [made.cert, made.key],
      [made.key, made.cert, 'in PEM form: it holds a private key', 'in PEM form: it holds a certificate'],
      [der, made.key, `it is in DER form, write openssl x509 -inform der -in ${der} -out NAME.pem`],
      [pfx, made.key, `it is PKCS#12, write openssl pkcs12 -in ${pfx} -nodes -out NAME.pem`],
      [made.cert, locked, `is encrypted: write openssl pkey -in ${locked} -out NAME.pem`],
      [empty, made.key, 'holds no certificate in PEM form: it is empty'],
      [
        made.cert,
        other.key,
        `--tls-key ${other.key} is not the key of the certificate --tls-cert ${made.cert}: the first certificate of the file must be the server's own`,
      ],
      ['/no', '/nor', 'there is no such file (ENOENT)', 'there is no such file (ENOENT)'],
    ];
    for (const [cert, key, ...ends] of rows) {
      const lines = tls(cert, key);
      assert.equal(lines.length, ends.length, lines.join('\n'));
      for (const [index, end] of ends.entries()) assert.ok(lines[index]?.endsWith(end), lines[index]);
    }
    const ciphers = file(
      `tls: { cert: ${made.cert}, key: ${made.key}, ciphers: nonsense }\n`,
      'ciphers.yaml',
    );
    assert.match(problems('--config', ciphers)[0] ?? '', /tls\.ciphers "nonsense" is no list of ciphers/);
    made.remove();
    other.remove();
  });
});

describe('all mistakes of a configuration are said at once', () => {
  it('of flags, of the file, of values, and of what does not go together', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gateway-all-'));
    const path = join(folder, 'gateway.yaml');
    const lines = [
      'heartbeet: 10s',
      'routes:',
      '  - { path: /a, backend: "ws://h" }',
      '  - { path: b, backend: "ws://h" }',
      '  - { path: /a/, backend: "echo:", ping: 20s }',
      'policyDomain: "*"',
      'stompPort: 81',
    ];
    writeFileSync(path, lines.join('\n'));
    const found = problems(
      '--config',
      path,
      '--check',
      '--port',
      '1',
      '--listen',
      '81',
      '--outbox',
      'x',
      '--max-buffered',
      '4KiB',
    );
    rmSync(folder, { recursive: true });
    assert.deepEqual(
      found.map((line) => line.replaceAll(`${path}:`, '').slice(0, 34)),
      [
        "unknown option '--port': write --l",
        '1: heartbeet is not an option; did',
        '4: routes[1].path "b" must be a pa',
        '--outbox "x" must be a size of 4Ki',
        '7: stompPort 81 is the port of --l',
        '5: routes[2] has the path /a a sec',
        '5: routes[2].ping is for ws:// and',
        '6: policyDomain needs policyPort o',
      ],
    );
  });

  it('and what follows from another mistake is not', () => {
    // maxBuffered is less than the default of outbox, but outbox is wrong itself.
    assert.equal(problems('--outbox', 'x', '--max-buffered', '4KiB').length, 1);
  });

  it('and --check alone says that the configuration is right', () => {
    const line = readCommandLine(['--check', '--route', '/a=ws://h:1'], '1');
    assert.deepEqual(line, { kind: 'print', text: 'configuration is right\n' });
  });
});
