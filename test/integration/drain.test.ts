import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { createGateway } from '../../gateway/index.ts';
import { createBody, FallbackClient } from '../support/clients/fallback-client.ts';
import { TestClock } from '../support/test-clock.ts';

describe('a gateway that drains', () => {
  it('closes native and fallback connections with 1001 on both sides, takes no new ones, and ends when all are gone', async () => {
    const upstream = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(upstream, 'listening');
    const closed: number[] = [];
    upstream.on('connection', (socket) => socket.on('close', (code) => closed.push(code)));
    const { port: behind } = upstream.address() as AddressInfo;
    const gateway = createGateway({
      listen: 0,
      routes: ['/echo=echo:', `/ws=ws://127.0.0.1:${behind}`],
      logLevel: 'silent',
      demo: false,
    });
    const { port } = await gateway.listen();
    const client = new FallbackClient(port);
    const health = () => client.ask('/healthz', { method: 'GET' });
    assert.equal((await health()).status, 200);
    const native = new WebSocket(`ws://127.0.0.1:${port}/ws`);
    const local = new WebSocket(`ws://127.0.0.1:${port}/echo`);
    await Promise.all([once(native, 'open'), once(local, 'open')]);
    const token = await client.create('/ws');
    const poll = client.post('xhr-polling', token, 'D1,0␞', '/ws');

    const drained = gateway.close(5_000);
    const codes = await Promise.all(
      [native, local].map(async (socket) => (await once(socket, 'close'))[0] as number),
    );
    assert.deepEqual(codes, [1001, 1001]);
    assert.equal((await poll).body, '#1␞C1001␞');
    assert.equal((await health()).status, 503);
    const late = await client.ask('/ws/_fallback/v1/create', {
      headers: { 'x-fallback': 'create' },
      body: createBody({ url: '/ws', origin: client.origin }),
    });
    assert.equal(late.status, 503);
    const refused = new WebSocket(`ws://127.0.0.1:${port}/ws`);
    const [, response] = (await once(refused, 'unexpected-response')) as [unknown, { statusCode: number }];
    assert.equal(response.statusCode, 503);
    await client.post('send', token, 'A1␞', '/ws');
    client.close();
    await drained;
    assert.deepEqual(closed, [1001, 1001]);
    assert.equal(gateway.sessions, 0);
    upstream.close();
  });

  it('opens no session for a create whose body comes after the drain began', async () => {
    const gateway = createGateway({ listen: 0, logLevel: 'silent', demo: false });
    const { port } = await gateway.listen();
    const body = createBody({ url: '/echo', origin: `http://127.0.0.1:${port}` });
    const socket = connect(port, '127.0.0.1');
    const head = `Host: 127.0.0.1:${port}\r\nX-Fallback: create\r\nContent-Length: ${body.length}`;
    socket.write(`POST /echo/_fallback/v1/create HTTP/1.1\r\n${head}\r\n\r\n${body.slice(0, 10)}`);
    const client = new FallbackClient(port);
    await client.ask('/healthz', { method: 'GET' });
    // Somebody whom the gateway waits for.
    const token = await client.create();
    const drained = gateway.close(5_000);
    socket.write(body.slice(10));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.match(String(answer), /^HTTP\/1\.1 503 /);
    await client.post('xhr-polling', token, 'D1,0␞');
    await client.post('send', token, 'A1␞');
    client.close();
    socket.destroy();
    await drained;
    assert.equal(gateway.sessions, 0);
  });

  it('ends within the grace time, last answers included, though a native client is silent', async () => {
    const clock = new TestClock();
    const gateway = createGateway({ listen: 0, logLevel: 'silent', demo: false }, { clock });
    const native = new WebSocket(`ws://127.0.0.1:${(await gateway.listen()).port}/echo`);
    await once(native, 'open');
    // It answers no Close.
    native.pause();
    const closed = once(native, 'close');
    const drained = gateway.close(2_000);
    // The rest of the time is that of the server, which has a clock of its own.
    clock.advance(1_800);
    await drained;
    native.resume();
    await closed;
  });

  it('does not wait longer than the grace time for a silent client', async () => {
    const gateway = createGateway({ listen: 0, logLevel: 'silent', demo: false });
    const client = new FallbackClient((await gateway.listen()).port);
    await client.create();
    await gateway.close(50);
    assert.equal(gateway.sessions, 0);
    client.close();
  });
});
