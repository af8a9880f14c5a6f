import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createPlain, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, get, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { createGateway, type Log, type LogFields } from '../../gateway/index.ts';
import { type SelfSigned, selfSigned } from '../support/machine/self-signed.ts';
import { startGateway } from '../support/servers/gateway.ts';

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { port } = request.socket.address() as AddressInfo;
  response.setHeader('location', `https://localhost:${port}/next`);
  response.end(`${request.headers['x-forwarded-proto']} ${request.headers.host}`);
}

describe('TLS on either side of --app', () => {
  let made: SelfSigned;
  let app: Server;
  let sockets: WebSocketServer;
  let url: string;

  before(async function () {
    const signed = selfSigned();
    if (signed === undefined) this.skip();
    made = signed;
    app = createServer({ cert: readFileSync(made.cert), key: readFileSync(made.key) }, answer);
    sockets = new WebSocketServer({ server: app });
    sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`${data}!`)));
    await once(app.listen(0, '127.0.0.1'), 'listening');
    url = `https://localhost:${(app.address() as AddressInfo).port}`;
  });
  after(() => {
    app?.closeAllConnections();
    app?.close();
    made?.remove();
  });

  const text = async (address: string): Promise<string> => (await fetch(address)).text();

  it('an https application is passed on, its pages, its redirects and its WebSockets', async () => {
    const gateway = await startGateway({ app: { url, ca: made.cert } });
    const own = `127.0.0.1:${gateway.port}`;
    const response = await fetch(`http://${own}/a`);
    assert.equal(await response.text(), `http ${own}`);
    assert.equal(response.headers.get('location'), `http://${own}/next`);
    const socket = new WebSocket(`ws://${own}/any`);
    await once(socket, 'open');
    socket.send('hello');
    assert.equal(String((await once(socket, 'message'))[0]), 'hello!');
    socket.terminate();
    await gateway.close();
  });

  it('its certificate has to be trusted, and the answer says so', async () => {
    const gateway = await startGateway({ app: url });
    assert.equal(
      await text(`http://127.0.0.1:${gateway.port}/`),
      'the application: its certificate is not trusted\n',
    );
    await gateway.close();
  });

  it('the wrong scheme is a 502, and the log says which is right', async () => {
    const plain = createPlain((_request, response) => response.end());
    await once(plain.listen(0, '127.0.0.1'), 'listening');
    const { port } = plain.address() as AddressInfo;
    for (const [wrong, remedy] of [
      [url.replace('https:', 'http:'), /or it speaks TLS: https:\/\/ is its address then|https:\/\/ address/],
      [
        `https://localhost:${port}`,
        /or it does not speak TLS: http:\/\/ is its address then|http:\/\/ address/,
      ],
    ] as const) {
      const lines: unknown[] = [];
      const write = (_message: string, fields: LogFields = {}): void => void lines.push(fields.remedy);
      const log: Log = { error: write, warn: write, info: write, debug: () => {}, with: () => log };
      const gateway = createGateway({ listen: '127.0.0.1:0', app: wrong }, { log });
      const address = await gateway.listen();
      const response = await fetch(`http://127.0.0.1:${address.port}/`);
      assert.equal(response.status, 502);
      assert.match(lines.join('\n'), remedy);
      await gateway.close(0);
    }
    plain.close();
  });

  it('a gateway with TLS says https to the application, and maps redirects to https', async () => {
    const plain = createPlain();
    plain.on('request', (request, response) => {
      response.setHeader('location', `http://127.0.0.1:${(plain.address() as AddressInfo).port}/next`);
      response.end(String(request.headers['x-forwarded-proto']));
    });
    await once(plain.listen(0, '127.0.0.1'), 'listening');
    const { port } = plain.address() as AddressInfo;
    const tls = { tlsCert: made.cert, tlsKey: made.key };
    const gateway = await startGateway({ app: `http://127.0.0.1:${port}`, ...tls });
    const ca = readFileSync(made.cert);
    const [response] = await once(get(`https://localhost:${gateway.port}/`, { ca }), 'response');
    assert.equal(response.headers.location, `https://localhost:${gateway.port}/next`);
    assert.equal(String(Buffer.concat(await response.toArray())), 'https');
    await gateway.close();
    plain.closeAllConnections();
    plain.close();
  });
});
