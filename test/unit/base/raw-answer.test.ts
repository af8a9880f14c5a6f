import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { answerRaw } from '../../../gateway/base/raw-answer.ts';
import { listen, RawClient, Servers } from '../../support/servers/upstreams.ts';

describe('a refused handshake', () => {
  const servers = new Servers();
  afterEach(() => servers.stopAll());

  async function answered(serve: (socket: Socket) => void): Promise<string> {
    const server = createServer(serve);
    servers.onStop(() => server.close());
    const client = await RawClient.connect(await listen(server));
    const answer = await client.rest();
    client.socket.destroy();
    return answer.toString();
  }

  it('is a whole response of one line, after which the connection ends', async () => {
    const answer = await answered((socket) => answerRaw(socket, 503, 'going away', ['Retry-After', '5']));
    assert.equal(
      answer,
      'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n' +
        'Content-Length: 11\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nRetry-After: 5\r\n' +
        '\r\ngoing away\n',
    );
  });

  it('has no body without a reason', async () => {
    const answer = await answered((socket) => answerRaw(socket, 405, '', ['allow', 'GET']));
    assert.equal(
      answer,
      'HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\nCache-Control: no-store\r\n' +
        'X-Content-Type-Options: nosniff\r\nallow: GET\r\n\r\n',
    );
  });

  it('is answered once', async () => {
    let error: Error | undefined;
    const answer = await answered((socket) => {
      socket.on('error', (thrown) => {
        error = thrown;
      });
      answerRaw(socket, 503, 'going away');
      answerRaw(socket, 502, 'the backend did not accept');
    });
    assert.equal(answer.split('HTTP/1.1').length, 2);
    assert.equal(error, undefined);
  });

  it('has a status that HTTP does not name, and a connection that is gone, without harm', async () => {
    assert.match(await answered((socket) => answerRaw(socket, 499, 'no')), /^HTTP\/1\.1 499 Refused\r\n/);
    const gone = await answered((socket) => {
      socket.destroy();
      answerRaw(socket, 502, 'no');
    });
    assert.equal(gone, '');
  });
});
