import assert from 'node:assert/strict';
import { type Services, SocketReader, startServices } from '../../support/clients/sockjs.ts';
import { ask, rawClient, statusOf } from '../../unit/http/raw-client.ts';
import { assert405 } from './checks.ts';

const KEY = 'x3JJHMbDL1EzLkh9GBhXDw==';
const ACCEPT = 'HSmrc0sMlYUkAGmm5OPpG2HaGWk=';

describe('SockJS 0.3.3: WebSocket protocols', () => {
  let services: Services;

  before(async () => {
    services = await startServices();
  });

  after(() => services.stop());

  const addressOf = (base: string): string => `${base}${services.echo.session()}/websocket`;

  /** A request line and its fields, with `Host`. */
  const request = (path: string, fields: readonly string[], method = 'GET'): string =>
    [`${method} ${path} HTTP/1.1`, `Host: 127.0.0.1:${services.port}`, ...fields, '', ''].join('\r\n');

  describe('of the wrong kind', () => {
    it('are refused without an Upgrade', async () => {
      const answer = await services.echo.get('/0/0/websocket');
      assert.equal(answer.status, 400);
      assert.match(answer.body, /Can "Upgrade" only to "WebSocket"\./);
    });

    it('are refused with an Upgrade that is not of the connection', async () => {
      const answer = await services.echo.get('/0/0/websocket', {
        Upgrade: 'WebSocket',
        Connection: 'close',
      });
      assert.equal(answer.status, 400);
      assert.match(answer.body, /"Connection" must be "Upgrade"\./);
    });

    it('are refused with a wrong method', async () => {
      assert405(await services.echo.post('/0/0/websocket'));
      const fields = ['Upgrade: WebSocket', 'Connection: Upgrade', 'Content-Length: 0'];
      const answer = await ask(services.port, request('/echo/0/0/websocket', fields, 'POST'));
      assert.equal(statusOf(answer), 405);
      assert.match(answer, /\r\nallow: GET\r\n/i);
      assert.doesNotMatch(answer, /\r\ncontent-type/i);
      assert.match(answer, /\r\n\r\n$/);
    });
  });

  describe('hixie-76', () => {
    const KEYS = ['Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5', 'Sec-WebSocket-Key2: 12998 5 Y3 1  .P00'];
    const DIGEST = '\xca4\x00\xd8\xa5\x08G\x97,\xd5qZ\xba\xbfC{';

    const open = async (route: string) => {
      const path = `/${route}${services.echo.session()}/websocket`;
      const origin = `http://127.0.0.1:${services.port}`;
      const fields = ['Connection: Upgrade', 'Upgrade: WebSocket', `Origin: ${origin}`, ...KEYS];
      const client = rawClient(services.port, request(path, fields));
      const head = await client.read((text) => text.includes('\r\n\r\n'));
      assert.equal(statusOf(head), 101);
      assert.match(head, /\r\nconnection: upgrade\r\n/i);
      assert.match(head, /\r\nupgrade: websocket\r\n/i);
      assert.match(
        head,
        new RegExp(`\r\nsec-websocket-location: ws://127.0.0.1:${services.port}${path}\r\n`, 'i'),
      );
      assert.match(head, new RegExp(`\r\nsec-websocket-origin: ${origin}\r\n`, 'i'));
      assert.doesNotMatch(head, /content-length/i);
      assert.equal(client.text(), head);
      client.socket.write('aaaaaaaa');
      const body = (text: string): string => text.slice(head.length);
      await client.read((text) => body(text).length >= 16);
      assert.equal(body(client.text()).slice(0, 16), DIGEST);
      return {
        client,
        send: (text: string) => client.socket.write(Buffer.from(`\x00${text}\xff`, 'latin1')),
        frames: async (count: number) => {
          const framed = await client.read((text) => body(text).slice(16).split('\xff').length > count);
          return body(framed).slice(16).split('\xff').slice(0, count);
        },
      };
    };

    it('carries messages, and answers before it has the whole key', async () => {
      const { client, send, frames } = await open('echo');
      send('');
      send('["a"]');
      assert.deepEqual(await frames(2), ['\x00o', '\x00a["a"]']);
      client.socket.destroy();
    });

    it('tells the close, and ends', async () => {
      const { client, frames } = await open('close');
      assert.deepEqual(await frames(2), ['\x00o', '\x00c[3000,"Go away!"]']);
      client.socket.end('\xff\x00', 'latin1');
      await client.read();
    });

    it('ends at broken JSON', async () => {
      const { client, send, frames } = await open('echo');
      await frames(1);
      send('["a');
      client.socket.end('\xff\x00', 'latin1');
      await client.read();
    });
  });

  describe('hybi', () => {
    for (const protocolVersion of [8, 13] as const) {
      it(`carries messages, and ignores empty ones (version ${protocolVersion})`, async () => {
        const reader = new SocketReader(addressOf(services.echo.base), { protocolVersion });
        assert.equal(await reader.next(), 'o');
        reader.socket.send('');
        reader.socket.send('["a"]');
        assert.equal(await reader.next(), 'a["a"]');
        reader.socket.close();
        await reader.closed();
      });
    }

    it('takes a message that stands alone, too', async () => {
      const reader = new SocketReader(addressOf(services.echo.base));
      assert.equal(await reader.next(), 'o');
      reader.socket.send('"a"');
      assert.equal(await reader.next(), 'a["a"]');
      reader.socket.close();
    });

    it('tells the close, and ends', async () => {
      const reader = new SocketReader(addressOf(services.close.base));
      assert.equal(await reader.next(), 'o');
      assert.equal(await reader.next(), 'c[3000,"Go away!"]');
      assert.deepEqual(await reader.closed(), { code: 3000, reason: 'Go away!' });
    });

    it('has a session for each connection, whatever its id', async () => {
      const address = addressOf(services.echo.base);
      const readers = [new SocketReader(address), new SocketReader(address)] as const;
      for (const [at, reader] of readers.entries()) {
        assert.equal(await reader.next(), 'o');
        reader.socket.send(`["${at}"]`);
        assert.equal(await reader.next(), `a["${at}"]`);
      }
      for (const reader of readers) reader.socket.close();
      for (const reader of readers) await reader.closed();
      const again = new SocketReader(address);
      assert.equal(await again.next(), 'o');
      again.socket.close();
    });

    it('ends at broken JSON', async () => {
      const reader = new SocketReader(addressOf(services.echo.base));
      assert.equal(await reader.next(), 'o');
      reader.socket.send('["a');
      assert.deepEqual(await reader.closed(), { code: 3000, reason: 'Broken framing.' });
    });

    for (const [version, connection] of [
      ['7', 'Upgrade'],
      ['8', 'Upgrade'],
      ['13', 'Upgrade'],
      // Firefox 6.0.2
      ['7', 'keep-alive, Upgrade'],
    ] as const) {
      it(`answers the handshake of version ${version} with Connection: ${connection}`, async () => {
        const fields = [
          'Upgrade: websocket',
          `Connection: ${connection}`,
          `Sec-WebSocket-Version: ${version}`,
          `Sec-WebSocket-Origin: http://127.0.0.1:${services.port}`,
          `Sec-WebSocket-Key: ${KEY}`,
        ];
        const path = `/echo${services.echo.session()}/websocket`;
        const answer = await ask(services.port, request(path, fields), (text) => text.includes('\r\n\r\n'));
        assert.equal(statusOf(answer), 101);
        assert.ok(answer.includes(ACCEPT));
        assert.match(answer, /\r\nconnection: upgrade\r\n/i);
        assert.match(answer, /\r\nupgrade: websocket\r\n/i);
        assert.doesNotMatch(answer, /content-length/i);
      });
    }
  });

  describe('raw WebSocket url: /websocket', () => {
    it('carries messages as they are', async () => {
      const reader = new SocketReader(`${services.echo.base}/websocket`);
      reader.socket.once('open', () => reader.socket.send('Hello world!\uffff'));
      assert.equal(await reader.next(), 'Hello world!\uffff');
      reader.socket.close();
    });

    it('is closed', async () => {
      const reader = new SocketReader(`${services.close.base}/websocket`);
      assert.deepEqual(await reader.closed(), { code: 3000, reason: 'Go away!' });
    });
  });

  it('are not to be had where they are switched off', async () => {
    const { base } = services.withoutWebSocket;
    for (const address of [`${base}/000/abc/websocket`, `${base}/websocket`]) {
      const { error } = await new SocketReader(address).closed();
      assert.match(error ?? '', /404/);
    }
    assert.equal((await services.withoutWebSocket.get('/000/abc/websocket')).status, 404);
  });
});
