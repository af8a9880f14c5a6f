import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCommandLine } from '../../../gateway/config/flags.ts';
import { resolveOptions } from '../../../gateway/config/resolve.ts';
import { type SelfSigned, selfSigned } from '../../support/machine/self-signed.ts';

const resolved = (options: Parameters<typeof resolveOptions>[0]) => resolveOptions(options);
const OTHER_FILE = fileURLToPath(new URL('../../../package.json', import.meta.url));
const SEED = `SU${'A'.repeat(56)}`;

describe('the options cluster and node', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-cluster-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function file(name: string, content: string): string {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  }

  it('are absent by default', () => {
    const { cluster, node } = resolved({});
    assert.deepEqual([cluster, node], [undefined, undefined]);
  });

  it('are URLs, or a table with them', () => {
    const servers = [
      { host: 'a', port: 4222 },
      { host: '::1', port: 4223 },
    ];
    const expected = { servers, name: 'fallback-gateway', login: undefined, tls: undefined };
    for (const url of ['nats://a, NATS://[::1]:4223/', ['nats://a', 'nats://[::1]:4223']]) {
      assert.deepEqual(resolved({ cluster: url }).cluster, expected);
      assert.deepEqual(resolved({ cluster: { url } }).cluster, expected);
    }
    assert.equal(resolved({ cluster: { url: 'nats://a', name: 'shop-2' } }).cluster?.name, 'shop-2');
    assert.equal(resolved({ node: 'web_1' }).node, 'web_1');
  });

  it('are flags, which win over the file', () => {
    const config = file('gateway.yaml', 'cluster: nats://a\nnode: x\n');
    const line = readCommandLine(['--config', config, '--cluster', 'tls://b:1,tls://c', '--node', 'y'], '');
    assert.ok(line.kind === 'run');
    assert.deepEqual(
      line.options.cluster?.servers.map(({ host }) => host),
      ['b', 'c'],
    );
    assert.equal(line.options.node, 'y');
  });

  it('have a login from the URL, from the table or from a file', () => {
    const login = (cluster: object | string) => resolved({ cluster } as never).cluster?.login;
    assert.deepEqual(login('nats://u:p%40%3a@a,nats://u:p%40%3a@b'), { user: 'u', password: 'p@:' });
    assert.deepEqual(login('nats://secret@a'), { token: 'secret' });
    assert.deepEqual(login({ url: 'nats://a', user: 'u', password: 'p' }), { user: 'u', password: 'p' });
    assert.deepEqual(login({ url: 'nats://a', token: 't' }), { token: 't' });
    const seed = file('user.nk', `${SEED}\n`);
    assert.deepEqual(login({ url: 'nats://a', credentials: seed }), { seed: Buffer.from(SEED) });
    const creds = '-----BEGIN NATS USER JWT-----\nx\n---\n-----BEGIN USER NKEY SEED-----\ny\n---\n';
    const { cluster } = resolved({ cluster: 'nats://a', clusterCredentials: file('u.creds', creds) });
    assert.deepEqual(cluster?.login, { credentials: Buffer.from(creds) });
  });

  describe('with files of TLS', () => {
    let files: SelfSigned;

    before(function () {
      const made = selfSigned();
      if (made === undefined) this.skip();
      else files = made;
    });

    after(() => files?.remove());

    it('have TLS by tls://, with a CA and a certificate', () => {
      assert.deepEqual(resolved({ cluster: 'tls://a' }).cluster?.tls, {});
      const { cert: ca, key } = files;
      const { tls } = resolved({ cluster: { url: 'tls://a', cert: ca, key }, clusterCa: ca }).cluster ?? {};
      assert.match(tls?.ca ?? '', /BEGIN CERTIFICATE/);
      assert.match(tls?.cert ?? '', /BEGIN CERTIFICATE/);
      assert.match(tls?.key ?? '', /BEGIN PRIVATE KEY/);
    });

    it('refuse a file that is no certificate', () => {
      assert.throws(
        () => resolved({ cluster: 'tls://a', clusterCa: files.key }),
        /^ConfigError: clusterCa .*key\.pem holds no certificate in PEM form: it holds a private key$/,
      );
    });
  });

  for (const [options, message] of [
    [{ cluster: 'a:4222' }, /^cluster "a:4222" must be nats:\/\/HOST.*; write nats:\/\/a:4222$/],
    [{ cluster: '4222' }, /; write nats:\/\/127\.0\.0\.1:4222$/],
    [{ cluster: 'wss://a,b' }, /; write tls:\/\/a,nats:\/\/b$/],
    [{ cluster: 'redis://a:6379' }, /; write nats:\/\/a:6379$/],
    [{ cluster: 'nats://a/path' }, /; write nats:\/\/a$/],
    [{ cluster: '' }, /^cluster "" must be /],
    [{ cluster: [] }, /^cluster.* must be /],
    [{ cluster: 'nats://a:0' }, /must be /],
    [{ cluster: 'nats://u:secret@a b' }, /^cluster "nats:\/\/\*\*\*@a b" must be (?!.*secret)/],
    [{ cluster: {} }, /^cluster.url .*must be nats:/],
    [
      { cluster: { url: 'nats://a', credentails: 'x' } },
      /^cluster.credentails is not an option; did you mean cluster.credentials\?$/,
    ],
    [
      { cluster: { url: 'nats://a', name: 'a.b' } },
      /^cluster.name "a.b" must be 1 to 64 of A-Z a-z 0-9 - _$/,
    ],
    [{ cluster: { url: 'nats://a', token: 7 } }, /^cluster.token \(not shown\) must be a token, as text/],
    [{ cluster: 'nats://a,tls://b' }, /^cluster.url has nats:\/\/ and tls:\/\/: all servers need the same$/],
    [{ cluster: 'nats://u:p@a,nats://u:q@b' }, /^cluster.url has several logins: all servers get the same$/],
    [{ cluster: { url: 'nats://a', user: 'u' } }, /^cluster.user needs cluster.password$/],
    [{ cluster: { url: 'nats://a', password: 'p' } }, /^cluster.password needs cluster.user$/],
    [
      { cluster: { url: 'nats://t@a', token: 't' } },
      /^a login in cluster.url and cluster.token are both given: write one of them$/,
    ],
    [{ cluster: { url: 'nats://a', ca: 'x' } }, /^cluster.ca is for tls:\/\/ servers$/],
    [{ cluster: 'nats://a', clusterCa: 'x' }, /^clusterCa is for tls:\/\/ servers$/],
    [{ cluster: { url: 'tls://a', cert: 'x' } }, /^cluster.cert needs cluster.key$/],
    [{ clusterCa: 'x' }, /^clusterCa needs cluster$/],
    [{ clusterCredentials: 'x' }, /^clusterCredentials needs cluster$/],
    [
      { cluster: 'nats://a', clusterCredentials: '/nowhere/x.creds' },
      /^clusterCredentials \/nowhere\/x\.creds cannot be read: there is no such file/,
    ],
    [
      { cluster: 'nats://a', clusterCredentials: OTHER_FILE },
      /^clusterCredentials .* holds no credentials of a NATS user, and no seed of one \(SU…\)$/,
    ],
    [{ node: 'a.b' }, /^node "a.b" must be 1 to 25 of A-Z a-z 0-9 - _$/],
    [{ node: 'x'.repeat(26) }, /^node .* must be 1 to 25 of/],
  ] as const) {
    it(`${JSON.stringify(options).slice(0, 80)} are refused in one line`, () => {
      assert.throws(
        () => resolved(options as never),
        (error: Error) => {
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /\n/);
          return true;
        },
      );
    });
  }
});
