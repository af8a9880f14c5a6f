import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type Log, silentLog } from '../../gateway/base/log.ts';
import type { Link } from '../../gateway/cluster/link.ts';
import { createNatsLink } from '../../gateway/cluster/nats-link.ts';
import type { ClusterOptions } from '../../gateway/cluster/options.ts';
import { recipeIn } from '../documents/markdown.ts';
import { LinkLog } from '../support/cluster/link-log.ts';
import { reported } from '../support/cluster/link-suite.ts';
import { userWithCredentials, userWithKey } from '../support/cluster/nats-accounts.ts';
import { type NatsServer, startNats } from '../support/cluster/nats-server.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { type SelfSigned, selfSigned } from '../support/machine/self-signed.ts';
import { until } from '../support/until.ts';

describe('the link over NATS, with TLS and a login', () => {
  let nats: NatsServer;
  const links: Link[] = [];

  before(function () {
    requireOrSkip(this, 'nats-server');
  });

  afterEach(async () => {
    await Promise.all(links.splice(0).map((link) => link.close()));
    await nats?.remove();
  });

  /** A node, and the error lines of its log. */
  async function node(self: string, options: Partial<ClusterOptions>, host = '127.0.0.1') {
    const lines: string[] = [];
    const error: Log['error'] = (message, fields) => void lines.push(`${message}: ${fields?.reason}`);
    const cluster = { servers: [{ host, port: nats.port }], name: 'test', ...options };
    const link = createNatsLink({ self, cluster, log: { ...silentLog, error } });
    const one = { link, log: new LinkLog(), lines };
    links.push(link);
    await link.start(one.log);
    return one;
  }

  async function bothUp(options: Partial<ClusterOptions>, host?: string): Promise<void> {
    const [a, b] = [await node('a', options, host), await node('b', options, host)];
    await reported(a, 'up b');
    await reported(b, 'up a');
    assert.deepEqual([...a.lines, ...b.lines], []);
  }

  async function away(options: Partial<ClusterOptions>, reason: RegExp, host?: string): Promise<void> {
    const { link, lines } = await node('a', options, host);
    assert.equal(link.isConnected, false);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', reason);
  }

  it('is let in with a password, and not with a wrong one', async () => {
    nats = await startNats(['authorization { user: u, password: "p w" }']);
    await bothUp({ login: { user: 'u', password: 'p w' } });
    await away({ login: { user: 'u', password: 'x' } }, /Authorization Violation/i);
    await away({}, /Authorization Violation/i);
  });

  it('is let in with a token', async () => {
    nats = await startNats(['authorization { token: secret }']);
    await bothUp({ login: { token: 'secret' } });
  });

  it('is let in with the seed of a key', async () => {
    const { publicKey, seed } = userWithKey();
    nats = await startNats([`authorization { users: [ { nkey: ${publicKey} } ] }`]);
    await bothUp({ login: { seed } });
    await away({ login: { seed: userWithKey().seed } }, /Authorization Violation/i);
  });

  it('is let in with credentials', async () => {
    const { configuration, credentials } = userWithCredentials();
    nats = await startNats(configuration);
    await bothUp({ login: { credentials } });
    await away({ login: { credentials: userWithCredentials().credentials } }, /Authorization Violation/i);
  });

  it('needs no more rights than docs/cluster.md says', async () => {
    nats = await startNats([recipeIn('docs/cluster.md', 'permissions')]);
    await bothUp({ name: 'fallback-gateway', login: { user: 'gateway', password: '…' } });
  });

  it('says what it has no right to, and is cut off then', async () => {
    const user = 'user: u, password: p, permissions: { publish: "test.>", subscribe: "test.node.>" }';
    nats = await startNats([`authorization { users: [ { ${user} } ] }`]);
    const a = await node('a', { login: { user: 'u', password: 'p' } });
    await reported(a, 'cut off');
    assert.ok(
      a.lines.some((line) => /^NATS refuses something: .*test\.presence/.test(line)),
      a.lines.join(),
    );
  });

  describe('over TLS', () => {
    let files: SelfSigned;
    let ca: string;
    let key: string;

    before(function () {
      const made = selfSigned();
      if (made === undefined) this.skip();
      else files = made;
      [ca, key] = [files.cert, files.key].map((file) => readFileSync(file, 'utf8')) as [string, string];
    });

    after(() => files?.remove());

    const tls = (more = '') => [`tls { cert_file: "${files.cert}", key_file: "${files.key}"${more} }`];

    it('trusts the CA that it was given, for the name of the server', async () => {
      nats = await startNats(tls());
      await bothUp({ tls: { ca } }, 'localhost');
    });

    it('does not trust a certificate of somebody else, or for another name', async () => {
      nats = await startNats(tls());
      await away({ tls: {} }, /self-signed certificate/, 'localhost');
      await away({ tls: { ca } }, /IP: 127\.0\.0\.1 is not in the cert/);
      await away({}, /self-signed certificate/, 'localhost');
    });

    it('shows its own certificate to a server that demands one', async () => {
      nats = await startNats(tls(`, verify: true, ca_file: "${files.cert}"`));
      await bothUp({ tls: { ca, cert: ca, key } }, 'localhost');
      await away({ tls: { ca } }, /./, 'localhost');
    });

    it('sends no login to a server without TLS', async () => {
      nats = await startNats(['authorization { token: secret }']);
      await away({ tls: { ca }, login: { token: 'secret' } }, /does not support 'tls'/);
    });
  });

  it('is another cluster under another name', async () => {
    nats = await startNats();
    const [a, b] = [await node('a', {}), await node('b', { name: 'other' })];
    const c = await node('c', {});
    await reported(a, 'up c');
    await until('a tick', () => c.log.lines.includes('up a'));
    assert.deepEqual(b.log.take(), ['connected']);
  });
});
