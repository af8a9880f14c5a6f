import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type SecureVersion } from 'node:tls';
import { WebSocket } from 'ws';
import { FallbackClient } from '../support/clients/fallback-client.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { type SelfSigned, selfSigned } from '../support/machine/self-signed.ts';
import { type FrontProxy, startFrontProxy } from '../support/servers/front-proxies.ts';
import { startGateway } from '../support/servers/gateway.ts';

const recipe = readFileSync(new URL('../../deploy/front/haproxy-old-tls.cfg', import.meta.url), 'utf8');

/** Ciphers of Windows XP. */
const OF_XP = 'RC4-SHA:RC4-MD5:DES-CBC3-SHA';

/** What each client speaks, and the cipher that it offers. Security level 0 is for our own side. */
const CLIENTS: readonly (readonly [SecureVersion, string])[] = [
  ['TLSv1', 'AES128-SHA'],
  ['TLSv1', 'ECDHE-RSA-AES256-SHA'],
  ['TLSv1.1', 'AES256-SHA'],
  ['TLSv1.2', 'ECDHE-RSA-AES128-GCM-SHA256'],
  ['TLSv1.3', 'TLS_AES_128_GCM_SHA256'],
];

describe('the recipe of deploy/front that speaks the TLS of old clients', function () {
  this.timeout(30_000);
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let proxy: FrontProxy;
  let files: SelfSigned;
  let certificate: string;

  before(async function () {
    for (const name of ['haproxy', 'openssl']) requireOrSkip(this, name);
    files = selfSigned('rsa') as SelfSigned;
    certificate = readFileSync(files.cert, 'utf8');
    const bundle = join(files.cert, '..', 'bundle.pem');
    writeFileSync(bundle, certificate + readFileSync(files.key, 'utf8'));
    gateway = await startGateway({ trustedProxy: '127.0.0.1', routes: ['/ws=echo:'] });
    proxy = await startFrontProxy('haproxy', gateway.port, 0, () =>
      recipe.replace('bind :443', 'bind :80').replace('/etc/haproxy/gateway.pem', bundle),
    );
  });
  after(async () => {
    await proxy?.close();
    await gateway?.close();
    files?.remove();
  });

  for (const [version, cipher] of CLIENTS) {
    const tls = {
      minVersion: version,
      maxVersion: version,
      ciphers: `${cipher}${version === 'TLSv1.3' ? ':AES128-SHA' : ''}:@SECLEVEL=0`,
    };

    it(`carries a native WebSocket and a session over ${version} with ${cipher}`, async () => {
      const secure = connect({
        port: proxy.port,
        host: '127.0.0.1',
        servername: 'localhost',
        ca: certificate,
        ...tls,
      });
      await once(secure, 'secureConnect');
      assert.equal(secure.getProtocol(), version);
      assert.equal(secure.getCipher().standardName, standardName(cipher));
      secure.destroy();

      const socket = new WebSocket(`wss://localhost:${proxy.port}/ws`, {
        ...{ ca: certificate, origin: `https://localhost:${proxy.port}`, ...tls },
      });
      await once(socket, 'open');
      socket.send('hello');
      assert.equal(String((await once(socket, 'message'))[0]), 'hello');
      socket.close(4001);
      await once(socket, 'close');

      const client = new FallbackClient(proxy.port, certificate, tls);
      const token = await client.create('/ws');
      await client.post('send', token, '#1␞Thello␞', '/ws');
      let said = '';
      for (let poll = 1; poll < 9 && !said.includes('Thello␞'); poll++)
        said = (await client.post('xhr-polling', token, `D${poll},0␞`, '/ws')).body;
      client.close();
      assert.match(said, /Thello␞/);
    });
  }

  it('has no RC4 and no 3DES, which Windows XP would need, as OpenSSL is built without', () => {
    const { stdout } = spawnSync('openssl', ['ciphers', '-s', '-tls1', `${OF_XP}:AES128-SHA:@SECLEVEL=0`], {
      encoding: 'utf8',
    });
    assert.equal(
      stdout
        .trim()
        .split(':')
        .filter((name) => !name.startsWith('TLS_'))
        .join(),
      'AES128-SHA',
    );
  });
});

/** Names of OpenSSL, as RFC 8446 and the registry of IANA have them. */
function standardName(cipher: string): string {
  const names: Readonly<Record<string, string>> = {
    'AES128-SHA': 'TLS_RSA_WITH_AES_128_CBC_SHA',
    'AES256-SHA': 'TLS_RSA_WITH_AES_256_CBC_SHA',
    'ECDHE-RSA-AES256-SHA': 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA',
    'ECDHE-RSA-AES128-GCM-SHA256': 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  };
  return names[cipher] ?? cipher;
}
