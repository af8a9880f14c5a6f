import assert from 'node:assert/strict';
import { startGateway } from '../support/servers/gateway.ts';
import { ask, statusOf } from '../unit/http/raw-client.ts';

const HANDSHAKE = [
  ...['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

/** A request whose target names the host itself, as clients send to a proxy (RFC 9112 §3.2.2). */
function absolute(line: string, fields: readonly string[]): string {
  return `${line} HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n`;
}

const whole = (text: string): boolean => text.includes('\r\n\r\n');

describe('a request with an absolute target', () => {
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let urls: string[];

  before(async () => {
    gateway = await startGateway(
      {
        routes: ['/echo=echo:'],
      },
      (made) => {
        made.route('/seen', (socket, request) => {
          urls.push(request.url);
          socket.close();
        });
      },
    );
  });
  beforeEach(() => {
    urls = [];
  });
  after(() => gateway.close());

  it('is answered like one with a path', async () => {
    const page = absolute('GET http://localhost/healthz', ['Host: localhost', 'Connection: close']);
    assert.match(await ask(gateway.port, page), /^HTTP\/1\.1 200 .*ok\n$/s);
    const script = absolute('GET http://localhost/shim/bridge.html', [
      'Host: localhost',
      'Connection: close',
    ]);
    assert.equal(statusOf(await ask(gateway.port, script)), 200);
    const send = absolute('POST HTTP://localhost:80/echo/_fallback/v1/send', [
      'Host: localhost',
      'Content-Length: 2',
    ]);
    assert.match(await ask(gateway.port, `${send}t;`, (text) => text.includes('Eg')), /^HTTP\/1\.1 404 /);
  });

  it('is for the host of its target, whatever Host says', async () => {
    for (const path of ['/shim/bridge.html', '/echo', '/echo/_fallback/v1/create']) {
      const foreign = absolute(`POST http://evil.example${path}`, ['Host: localhost', 'Content-Length: 0']);
      assert.equal(statusOf(await ask(gateway.port, foreign, whole)), 421, path);
      const own = absolute(`POST http://localhost${path}`, ['Host: evil.example', 'Content-Length: 0']);
      assert.notEqual(statusOf(await ask(gateway.port, own, whole)), 421, path);
    }
  });

  it('opens a WebSocket, for the host of its target', async () => {
    const opened = absolute('GET http://localhost/seen?a=b', [
      'Host: evil.example',
      'Origin: http://localhost',
      ...HANDSHAKE,
    ]);
    assert.equal(statusOf(await ask(gateway.port, opened, whole)), 101);
    assert.deepEqual(urls, ['/seen?a=b']);
    const foreign = absolute('GET http://evil.example/seen', ['Host: localhost', ...HANDSHAKE]);
    assert.equal(statusOf(await ask(gateway.port, foreign)), 421);
    const other = absolute('GET http://localhost/seen', [
      'Host: evil.example',
      'Origin: http://evil.example',
      ...HANDSHAKE,
    ]);
    assert.equal(statusOf(await ask(gateway.port, other)), 403);
  });
});
