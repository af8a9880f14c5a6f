import assert from 'node:assert/strict';
import { createGateway, type Gateway, type GatewaySocket } from '../../gateway/index.ts';
import { SocketReader, SockJsRequests } from '../support/clients/sockjs.ts';
import { TestClock } from '../support/test-clock.ts';
import { until } from '../support/until.ts';

describe('SockJS, as time goes by', () => {
  let clock: TestClock;
  let gateway: Gateway;
  let requests: SockJsRequests;
  let sockets: GatewaySocket[];
  let closes: number[];

  beforeEach(async () => {
    clock = new TestClock();
    sockets = [];
    closes = [];
    gateway = createGateway({ listen: '127.0.0.1:0', demo: false, logLevel: 'silent' }, { clock });
    gateway.route('/app', (socket) => {
      sockets.push(socket);
      socket.on('message', (data) => socket.send(String(data)));
      socket.on('close', (code: number) => closes.push(code));
    });
    const { port } = await gateway.listen();
    requests = new SockJsRequests(`http://127.0.0.1:${port}/app`);
  });

  afterEach(async () => {
    requests.close();
    const closed = gateway.close(0);
    // It looks again and again whether all are gone.
    for (let at = 0; at < 5; at++) {
      clock.advance(20);
      await new Promise((resume) => setImmediate(resume));
    }
    await closed;
  });

  it('a stream has a heartbeat after 25 s of silence', async () => {
    const stream = await requests.open('POST', `${requests.session()}/xhr_streaming`);
    await stream.expect(`${'h'.repeat(2048)}\no\n`);
    clock.advance(24_999);
    sockets[0]?.send('x');
    await stream.expect('a["x"]\n');
    clock.advance(24_999);
    sockets[0]?.send('y');
    await stream.expect('a["y"]\n');
    clock.advance(25_000);
    await stream.expect('h\n');
    stream.close();
  });

  it('a poll is answered with a heartbeat after 25 s', async () => {
    const session = requests.session();
    assert.equal((await requests.post(`${session}/xhr`)).body, 'o\n');
    const both = [requests.post(`${session}/xhr`), requests.post(`${session}/xhr`)];
    await Promise.race(both);
    clock.advance(25_000);
    const bodies = (await Promise.all(both)).map(({ body }) => body);
    assert.ok(bodies.includes('h\n'), String(bodies));
  });

  it('a WebSocket has a heartbeat within 25 s of silence', async () => {
    const reader = new SocketReader(`${requests.base}/000/a/websocket`);
    assert.equal(await reader.next(), 'o');
    clock.advance(12_500);
    clock.advance(12_500);
    assert.equal(await reader.next(), 'h');
    reader.socket.close();
  });

  it('a session without a receiver is forgotten after 5 s, and its backend gets 1001', async () => {
    const session = requests.session();
    assert.equal((await requests.post(`${session}/xhr`)).body, 'o\n');
    clock.advance(4_999);
    assert.equal((await requests.post(`${session}/xhr_send`, '["a"]')).status, 204);
    assert.equal((await requests.post(`${session}/xhr`)).body, 'a["a"]\n');
    assert.equal(gateway.sessions, 1);
    clock.advance(4_999);
    assert.equal(gateway.sessions, 1);
    clock.advance(1);
    assert.equal(gateway.sessions, 0);
    await until('the close', () => closes.length === 1);
    assert.deepEqual(closes, [1001]);
    assert.equal((await requests.post(`${session}/xhr_send`, '["a"]')).status, 404);
    assert.equal((await requests.post(`${session}/xhr`)).body, 'o\n');
  });

  it('a close is answered for 5 s', async () => {
    const session = requests.session();
    assert.equal((await requests.post(`${session}/xhr`)).body, 'o\n');
    sockets[0]?.send('last');
    sockets[0]?.close(4001, 'bye');
    assert.equal((await requests.post(`${session}/xhr`)).body, 'a["last"]\n');
    assert.equal((await requests.post(`${session}/xhr`)).body, 'c[4001,"bye"]\n');
    clock.advance(4_999);
    assert.equal((await requests.post(`${session}/xhr`)).body, 'c[4001,"bye"]\n');
    assert.equal((await requests.post(`${session}/xhr_send`, '["late"]')).status, 204);
    clock.advance(1);
    assert.equal(gateway.sessions, 0);
    assert.equal((await requests.post(`${session}/xhr`)).body, 'o\n');
  });

  it('messages wait for a receiver, and come in one frame', async () => {
    const session = requests.session();
    assert.equal((await requests.post(`${session}/xhr`)).body, 'o\n');
    sockets[0]?.send('one');
    sockets[0]?.send('two');
    assert.equal((await requests.post(`${session}/xhr`)).body, 'a["one","two"]\n');
  });

  it('a gateway that drains tells its clients 1001, and takes no new ones', async () => {
    const stream = await requests.open('POST', `${requests.session()}/xhr_streaming`);
    await stream.expect(`${'h'.repeat(2048)}\no\n`);
    const reader = new SocketReader(`${requests.base}/000/a/websocket`);
    assert.equal(await reader.next(), 'o');
    const closed = gateway.close(1_000);
    await stream.expect('c[1001,""]\n');
    assert.equal(await reader.next(), 'c[1001,""]');
    assert.equal((await requests.post(`${requests.session()}/xhr`)).status, 503);
    clock.advance(1_000);
    await closed;
  });

  it('a gateway that drains waits for those that have not heard of it, and not for the others', async () => {
    const stream = await requests.open('POST', `${requests.session()}/xhr_streaming`);
    await stream.expect(`${'h'.repeat(2048)}\no\n`);
    const session = requests.session();
    assert.equal((await requests.post(`${session}/xhr`)).body, 'o\n');
    sockets[1]?.send('last');
    const closed = gateway.close(60_000);
    await stream.expect('c[1001,""]\n');
    clock.advance(20);
    assert.equal(gateway.sessions, 1);
    assert.equal((await requests.post(`${session}/xhr`)).body, 'a["last"]\n');
    clock.advance(20);
    assert.equal((await requests.post(`${session}/xhr`)).body, 'c[1001,""]\n');
    clock.advance(20);
    assert.equal(gateway.sessions, 0);
    await closed;
  });
});
