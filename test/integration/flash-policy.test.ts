import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { silentLog } from '../../gateway/base/log.ts';
import { createGateway, type GatewayOptions } from '../../gateway/index.ts';
import { askForPolicies, POLICY_REQUEST as REQUEST, usedHeap } from '../support/clients/policy-flood.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { type SelfSigned, selfSigned } from '../support/machine/self-signed.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { startProgram } from '../support/servers/gateway-program.ts';
import { ask, rawClient, statusOf } from '../unit/http/raw-client.ts';

describe('Flash socket policies', () => {
  let gateway: Awaited<ReturnType<typeof startGateway>>;

  async function start(options: GatewayOptions = {}): Promise<void> {
    gateway = await startGateway({ policyPort: 0, routes: ['/echo=echo:'], ...options });
  }
  afterEach(() => gateway.close());

  /** The document as a client on this machine gets it. */
  function documentFor(domains: readonly string[], port = gateway.port): string {
    const own = hostname().toLowerCase();
    const all = [...new Set([...domains, own, own.split('.')[0] as string, '127.0.0.1', 'localhost'])];
    const access = all.map((domain) => `<allow-access-from domain="${domain}" to-ports="${port}"/>\n`);
    return `<?xml version="1.0"?>
<!DOCTYPE cross-domain-policy SYSTEM "http://www.adobe.com/xml/dtds/cross-domain-policy.dtd">
<cross-domain-policy>
${access.join('')}</cross-domain-policy>
\0`;
  }

  it("are the same on their own port and on the gateway's", async () => {
    await start({ origin: 'http://app.intranet:8000', policyDomain: '*.kiosk.example' });
    const expected = documentFor(['*.kiosk.example', 'app.intranet']);
    assert.equal(await ask(gateway.policyPort as number, REQUEST), expected);
    assert.equal(await ask(gateway.port, REQUEST), expected);
  });

  it("are answered on the gateway's port wherever the request is cut", async () => {
    await start();
    const expected = documentFor([]);
    for (let cut = 1; cut < REQUEST.length; cut++) {
      const client = rawClient(gateway.port, REQUEST.slice(0, cut));
      client.socket.setNoDelay(true);
      await new Promise((resume) => setTimeout(resume, 2));
      client.socket.write(REQUEST.slice(cut));
      assert.equal(await client.read(), expected);
    }
  });

  it('leave the memory of the gateway where it was after 10,000 requests on its port', async function () {
    this.timeout(60_000);
    await start();
    await askForPolicies(gateway.port, 1_000);
    const before = usedHeap();
    await askForPolicies(gateway.port, 10_000);
    const grown = usedHeap() - before;
    assert.ok(grown < 512 * 1024, `${grown} bytes more`);
  });

  it("say nothing on the gateway's port to what begins as one and is none", async () => {
    await start();
    for (const bytes of [`${REQUEST}x`, '<html>', `${REQUEST.slice(0, -1)}\n`]) {
      assert.equal(await ask(gateway.port, bytes), '');
    }
    // An empty line before a request is HTTP's (RFC 9112 §2.2), and so is what is behind it.
    assert.equal(statusOf(await ask(gateway.port, `\r\n${REQUEST}\r\n\r\n`)), 400);
  });

  it('leave HTTP and WebSocket on the gateway’s port as they are', async () => {
    await start();
    const url = `127.0.0.1:${gateway.port}`;
    assert.equal((await fetch(`http://${url}/healthz`)).status, 200);
    const socket = new WebSocket(`ws://${url}/echo`);
    await once(socket, 'open');
    socket.send(REQUEST);
    const [message] = (await once(socket, 'message')) as [Buffer];
    assert.equal(message.toString(), REQUEST);
    socket.close();
    await once(socket, 'close');
    // A request comes first, so this is HTTP, and what is behind it is malformed HTTP.
    const create = 'POST /echo/_fallback/v1/create HTTP/1.1\r\nHost: gw\r\nContent-Length: 0\r\n\r\n';
    const answer = await ask(gateway.port, `${create}${REQUEST}\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 4\d\d [\s\S]*HTTP\/1\.1 400 /);
    assert.doesNotMatch(answer, /cross-domain-policy/);
  });

  it('are for every host only by option, with a warning', async () => {
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (line: string) => void warnings.push(line) };
    const options = { listen: '127.0.0.1:0', policyPort: 0, policyDomain: '*', demo: false };
    const made = createGateway(options, { log });
    const { port } = await made.listen();
    const document = await ask(port, REQUEST);
    await made.close(0);
    assert.deepEqual(document.match(/<allow.*/g), [`<allow-access-from domain="*" to-ports="${port}"/>`]);
    assert.match(warnings.join(), /policy domain "\*"/);

    await start({ origin: '*' });
    assert.equal(await ask(gateway.port, REQUEST), documentFor([]));
  });

  it('are not served over TLS: there the request is a fault of TLS, as ever', async function () {
    requireOrSkip(this, 'openssl');
    const certificate = selfSigned() as SelfSigned;
    await start({ tlsCert: certificate.cert, tlsKey: certificate.key });
    certificate.remove();
    assert.equal(await ask(gateway.policyPort as number, REQUEST), documentFor([]));
    assert.doesNotMatch(await ask(gateway.port, REQUEST), /policy/);
    const socket = connectTls({ port: gateway.port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    socket.write(`${REQUEST}\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.equal(statusOf(answer.toString('latin1')), 400);
    socket.destroy();
  });

  it('and all of Flash, are not there by default', async () => {
    await start({ policyPort: undefined });
    assert.equal(gateway.policyPort, undefined);
    const client = rawClient(gateway.port, `${REQUEST}\r\n\r\n`);
    assert.equal(statusOf(await client.read()), 400);
    const base = `http://127.0.0.1:${gateway.port}`;
    for (const path of [
      '/crossdomain.xml',
      '/shim/flash-origins',
      '/shim/flash-socket.swf',
      '/shim/flash-socket.js',
    ])
      assert.equal((await fetch(base + path)).status, 404, path);
  });

  it('tell the SWF and URL loaders the same domains', async () => {
    await start({ crossdomain: true, origin: 'http://app.intranet' });
    const base = `http://127.0.0.1:${gateway.port}`;
    const own = hostname().toLowerCase();
    const domains = [
      ...new Set(['app.intranet', own, own.split('.')[0] as string, '127.0.0.1', 'localhost']),
    ];
    const origins = await fetch(`${base}/shim/flash-origins`);
    assert.equal(await origins.text(), `${domains.join('\n')}\n`);
    const policy = await fetch(`${base}/crossdomain.xml`);
    assert.equal(policy.headers.get('content-type'), 'text/x-cross-domain-policy');
    const named = [...(await policy.text()).matchAll(/allow-access-from domain="([^"]*)"\/>/g)];
    assert.deepEqual(
      named.map(([, domain]) => domain),
      domains,
    );
  });
});

describe('the policy port of the program', () => {
  it('is printed at the start with the hosts it is for, and `*` with a warning', async () => {
    const listed = await startProgram(['--policy-port', '0', '--origin', 'http://app.intranet']);
    await listed.close();
    assert.match(
      listed.output(),
      new RegExp(
        `^flash policy port \\d+ -> port ${listed.port}, for SWFs of our own hosts, app\\.intranet$`,
        'm',
      ),
    );
    const open = await startProgram(['--policy-port', '0', '--policy-domain', '*', '--log-format', 'text']);
    await open.close();
    assert.match(open.output(), / for SWFs of every host$/m);
    assert.match(open.output(), /warn {2}policy domain "\*": SWFs of every site may talk to this gateway/);
  });

  const program = fileURLToPath(new URL('../../dist/gateway/main.js', import.meta.url));

  it('that it may not have is one line that says what to do', async function () {
    // Another user might not be allowed to read this folder.
    const asRoot = ['setpriv', '--bounding-set', '-net_bind_service'];
    const [command = '', ...args] = [...(process.getuid?.() === 0 ? asRoot : []), process.execPath, program];
    const options = ['--listen', '127.0.0.1:0', '--policy-port'];
    const child = spawn(command, [...args, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    const served = once(child.stdout, 'data').then(() => true);
    const ended = once(child, 'close').then(() => false);
    // Where the kernel gives low ports to everyone there is nothing to see.
    if (await Promise.race([served, ended])) {
      child.kill('SIGKILL');
      return this.skip();
    }
    assert.equal(child.exitCode, 1);
    assert.match(
      said,
      /^fallback-gateway: cannot listen on 127\.0\.0\.1:843: permission denied \(EACCES\); ports below 1024 are for root .*\n$/,
    );
  });
});
