import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { WebSocket, WebSocketServer } from 'ws';
import { createGateway, type GatewayOptions } from '../../gateway/index.ts';
import { FallbackClient } from '../support/clients/fallback-client.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { type SelfSigned, selfSigned } from '../support/machine/self-signed.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { event, listen } from '../support/servers/upstreams.ts';

describe('a backend that wants to know the gateway by a certificate', () => {
  /** Its own, which the gateway trusts; and the gateway's, which it trusts. */
  let server: SelfSigned;
  let own: SelfSigned;
  let port: number;
  let brokerPort: number;
  let users: unknown[];
  const stops: (() => void)[] = [];

  before(async function () {
    const pairs = [selfSigned(), selfSigned()];
    if (pairs[0] === undefined || pairs[1] === undefined) {
      requireOrSkip(this, 'openssl');
      return;
    }
    [server, own] = pairs as [SelfSigned, SelfSigned];
    const settings = {
      cert: readFileSync(server.cert),
      key: readFileSync(server.key),
      ca: readFileSync(own.cert),
      requestCert: true,
      rejectUnauthorized: true,
    };
    const shown = (socket: TLSSocket): void => {
      users.push(socket.getPeerCertificate().subject.CN);
    };
    const https = createServer(settings);
    new WebSocketServer({ server: https }).on('connection', (socket, request) => {
      shown(request.socket as TLSSocket);
      socket.on('message', (data) => socket.send(String(data)));
    });
    port = await listen(https);
    const broker = createTlsServer(settings, (socket) => {
      shown(socket);
      socket.on('error', () => {});
      socket.once('data', () => socket.write('CONNECTED\nversion:1.2\n\n\0'));
    });
    broker.on('tlsClientError', () => {});
    brokerPort = await listen(broker as never);
    stops.push(
      () => https.closeAllConnections(),
      () => https.close(),
      () => broker.close(),
    );
  });
  beforeEach(() => {
    users = [];
  });
  after(() => {
    for (const stop of stops) stop();
    server?.remove();
    own?.remove();
  });

  const withFiles = (files: object): GatewayOptions => ({
    routes: [
      { path: '/ws', backend: `wss://localhost:${port}`, ca: server.cert, ...files },
      { path: '/stomp', backend: `stomps://localhost:${brokerPort}`, ca: server.cert, ...files },
    ],
  });

  it('sees it natively, from a fallback, and as a broker', async () => {
    const gateway = await startGateway(withFiles({ cert: own.cert, key: own.key }));
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/ws`);
    await event(socket, 'open');
    socket.terminate();
    const client = new FallbackClient(gateway.port);
    await client.create('/ws');
    assert.deepEqual(users, ['localhost', 'localhost']);
    const stomp = new WebSocket(`ws://127.0.0.1:${gateway.port}/stomp`, ['v12.stomp']);
    await event(stomp, 'open');
    stomp.send('CONNECT\naccept-version:1.2\nhost:x\n\n\0');
    await event(stomp, 'message');
    stomp.terminate();
    assert.equal(users.length, 3);
    client.close();
    await gateway.close();
  });

  it('refuses a gateway that shows none', async () => {
    const gateway = await startGateway(withFiles({}));
    const client = new FallbackClient(gateway.port);
    await assert.rejects(client.create('/ws'), /create: 502/);
    assert.deepEqual(users, []);
    client.close();
    await gateway.close();
  });

  it('has its files read at the start', () => {
    const wrong = (settings: object, message: RegExp, backend = 'wss://localhost'): void =>
      assert.throws(() => createGateway({ routes: [{ path: '/ws', backend, ...settings }] }), message);
    wrong({ cert: own.cert }, /routes\[0\]\.key is missing: the certificate needs its key/);
    wrong({ key: own.key }, /routes\[0\]\.cert is missing: the key needs its certificate/);
    wrong({ cert: own.cert, key: server.key }, /is not the key of the certificate/);
    wrong({ cert: own.key, key: own.key }, /cert .* holds no certificate in PEM form/);
    wrong({ cert: own.cert, key: own.key }, /is for wss:\/\/ and stomps:\/\/ backends/, 'ws://localhost');
  });
});
