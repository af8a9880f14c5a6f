import assert from 'node:assert/strict';
import { WebSocket } from 'ws';
import { startGateway } from '../support/servers/gateway.ts';
import { Servers } from '../support/servers/upstreams.ts';

describe('a WebSocket server of STOMP that takes messages of 16 KiB', () => {
  const servers = new Servers();
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  /** Messages that the server got in the present test. */
  const got: string[] = [];

  before(async () => {
    const server = await servers.webSocket(
      (socket) => {
        socket.on('error', () => {});
        socket.on('message', (data) => {
          // A part of a client's frame is a sign of life, which goes on as an EOL.
          if (String(data) === '\n') return;
          got.push(String(data));
          if (got.length === 1) socket.send('CONNECTED\nversion:1.2\n\n\0');
          if (String(data).endsWith('\0') && got.length > 1) socket.send('RECEIPT\nreceipt-id:1\n\n\0');
        });
      },
      { maxPayload: 16_384 },
    );
    const backend = `ws://127.0.0.1:${server}`;
    gateway = await startGateway({
      routes: [
        { path: '/whole', backend, stomp: {} },
        { path: '/cut', backend, stomp: { chunkSize: '16KiB' } },
      ],
    });
  });
  beforeEach(() => {
    got.length = 0;
  });
  after(async () => {
    await gateway?.close();
    servers.stopAll();
  });

  /** Sends a frame in messages of `size` characters, as stompjs does. Answers what comes then. */
  async function send(path: string, body: string, size: number): Promise<string> {
    const client = new WebSocket(`ws://127.0.0.1:${gateway.port}${path}`, ['v12.stomp']);
    await new Promise((resolve) => client.once('open', resolve));
    client.send('CONNECT\naccept-version:1.2\nhost:h\n\n\0');
    await new Promise((resolve) => client.once('message', resolve));
    const frame = `SEND\ndestination:/queue/a\nreceipt:1\n\n${body}\0`;
    for (let at = 0; at < frame.length; at += size) client.send(frame.slice(at, at + size));
    const answer = await new Promise<string>((resolve) => {
      client.once('message', (data) => resolve(String(data).split('\n', 1)[0] as string));
      client.once('close', (code) => resolve(`close ${code}`));
    });
    client.terminate();
    return answer;
  }

  const bodies: Readonly<Record<string, string>> = {
    ASCII: 'x'.repeat(40_000),
    'characters of three bytes': '€'.repeat(20_000),
    'characters of four bytes': '😀'.repeat(10_000),
  };
  for (const [name, body] of Object.entries(bodies)) {
    it(`gets a longer frame in several, cut between characters: ${name}`, async () => {
      assert.equal(await send('/cut', body, 100_000), 'RECEIPT');
      const chunks = got.slice(1);
      assert.ok(chunks.length > 2);
      assert.ok(chunks.every((chunk) => Buffer.byteLength(chunk) <= 16_384));
      assert.ok(chunks.join('').endsWith(`\n\n${body}\0`));
    });
  }

  it('gets the frames that a client has cut', async () => {
    assert.equal(await send('/cut', 'x'.repeat(40_000), 16_384), 'RECEIPT');
  });

  it('gets whole frames without that setting, and refuses long ones', async () => {
    assert.equal(await send('/whole', 'x'.repeat(1000), 100), 'RECEIPT');
    assert.equal(got.length, 2);
    got.length = 0;
    assert.equal(await send('/whole', 'x'.repeat(40_000), 16_384), 'close 1009');
  });
});
