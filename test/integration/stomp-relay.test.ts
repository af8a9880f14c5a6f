import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { systemClock } from '../../gateway/base/clock.ts';
import { silentLog } from '../../gateway/base/log.ts';
import { TcpChannel } from '../../gateway/channel/tcp-channel.ts';
import type { StompRouteSettings } from '../../gateway/index.ts';
import { Broker } from '../../gateway/stomp/broker/broker.ts';
import { StompListener } from '../../gateway/stomp/broker/listener.ts';
import { defaultBrokerOptions } from '../../gateway/stomp/broker/options.ts';
import { FallbackClient } from '../support/clients/fallback-client.ts';
import { selfSigned } from '../support/machine/self-signed.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { stompParts } from '../support/stomp/parts.ts';
import { StompClient } from '../support/stomp/stomp-client.ts';
import { until } from '../support/until.ts';

const parts = stompParts();

describe('a relay to brokers on TCP', () => {
  const stops: (() => void)[] = [];

  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  /** A broker whose port is known. */
  async function broker(port = 0): Promise<{ port: number; stop(): void }> {
    const listener = new StompListener(new Broker({ ...defaultBrokerOptions, heartBeat: 100 }, parts), parts);
    const stop = (): void => listener.close();
    stops.push(stop);
    return { port: await listener.listen({ host: '127.0.0.1', port }), stop };
  }

  async function server(made: Server): Promise<number> {
    const sockets = new Set<Socket>();
    made.on('connection', (socket: Socket) => sockets.add(socket));
    made.listen(0, '127.0.0.1');
    await once(made, 'listening');
    stops.push(() => {
      made.close();
      for (const socket of sockets) socket.destroy();
    });
    return (made.address() as AddressInfo).port;
  }

  /** Starts a gateway with one route to `hosts`. Returns the address of the route. */
  async function relayTo(
    hosts: string,
    stomp: StompRouteSettings = {},
    more: { ca?: string } = {},
  ): Promise<string> {
    const gateway = await startGateway({ routes: [{ path: '/s', backend: hosts, stomp, ...more }] });
    stops.push(() => gateway.close());
    return `ws://127.0.0.1:${gateway.port}/s`;
  }

  async function connect(url: string): Promise<StompClient> {
    const client = await StompClient.open(url, ['v10.stomp', 'v12.stomp']);
    stops.push(() => client.end());
    client.send('CONNECT', { 'accept-version': '1.2' });
    await client.next('CONNECTED');
    return client;
  }

  it('connects to the next broker when one is gone', async () => {
    const [first, second] = [await broker(), await broker()];
    const url = await relayTo(`stomp://127.0.0.1:${first.port},127.0.0.1:${second.port}`);
    const client = await connect(url);
    first.stop();
    assert.equal(await client.closed, 1011);
    await (await connect(url)).ask('SEND', { destination: '/topic/a' });
  });

  it('stays with the broker that accepted last', async () => {
    const second = await broker();
    const first = await broker();
    first.stop();
    const url = await relayTo(`stomp://127.0.0.1:${first.port},127.0.0.1:${second.port}`);
    await connect(url);
    await broker(first.port);
    const client = await connect(url);
    second.stop();
    assert.equal(await client.closed, 1011);
  });

  it('connects to the next broker when a port mapper accepts for one that is gone', async () => {
    // The gateway cannot tell before CONNECT.
    const mapper = await server(createServer((socket) => socket.once('data', () => socket.destroy())));
    const { port } = await broker();
    const url = await relayTo(`stomp://127.0.0.1:${mapper},127.0.0.1:${port}`);
    const first = await StompClient.open(url);
    first.send('CONNECT', { 'accept-version': '1.2' });
    assert.equal(await first.closed, 1011);
    await connect(url);
  });

  it('connects to the next broker when one hangs', async () => {
    const mute = await server(createServer());
    const { port } = await broker();
    const url = await relayTo(`stomp://127.0.0.1:${mute},127.0.0.1:${port}`, { connectTimeout: '2s' });
    const first = await StompClient.open(url);
    first.send('CONNECT', { 'accept-version': '1.2' });
    assert.equal((await first.next('ERROR')).headers.get('message'), 'no answer of the broker');
    assert.equal(await first.closed, 1011);
    await connect(url);
  });

  it('passes valid frames on before one that it refuses', async () => {
    const { port } = await broker();
    const url = await relayTo(`stomp://127.0.0.1:${port}`);
    const reader = await connect(url);
    await reader.ask('SUBSCRIBE', { id: 's', destination: '/queue/a' });
    const writer = await connect(url);
    writer.write('SEND\ndestination:/queue/a\n\nright\0WRONG\n\n\0');
    assert.equal(await writer.closed, 1002);
    assert.equal((await reader.message()).text, 'right');
  });

  it('refuses the handshake when no broker accepts in time', async () => {
    // A server that takes the connection and never speaks TLS.
    const mute = await server(createServer());
    const gone = await broker();
    gone.stop();
    const url = await relayTo(`stomps://127.0.0.1:${mute},127.0.0.1:${gone.port}`, {
      connectTimeout: '200ms',
    });
    await assert.rejects(StompClient.open(url), /502/);
  });

  it('checks the certificate of a stomps broker', async function () {
    const files = selfSigned();
    if (files === undefined) return this.skip();
    stops.push(() => files.remove());
    const target = new Broker(defaultBrokerOptions, parts);
    const [cert, key] = [readFileSync(files.cert), readFileSync(files.key)];
    const port = await server(
      createTlsServer({ cert, key }, (socket) => {
        target.accept(new TcpChannel(socket, systemClock), {
          carrier: 'native',
          address: '',
          log: silentLog,
        });
      }),
    );
    const trusted = await relayTo(`stomps://localhost:${port}`, {}, { ca: files.cert });
    await (await connect(trusted)).ask('SEND', { destination: '/topic/a' }, 'over TLS');
    const unknown = await relayTo(`stomps://localhost:${port}`);
    await assert.rejects(StompClient.open(unknown), /502/);
  });

  it('passes 400,000 characters through a broker that writes in small chunks', async () => {
    const text = 'größe € 😀 '.repeat(36_000);
    const bytes = Buffer.from(`MESSAGE\ndestination:/queue/a\n\n${text}\0`);
    const port = await server(
      createServer((socket) => {
        socket.once('data', () => {
          socket.write('CONNECTED\nversion:1.2\n\n\0');
          for (let at = 0; at < bytes.length; at += 1009) socket.write(bytes.subarray(at, at + 1009));
        });
      }),
    );
    const client = await connect(await relayTo(`stomp://127.0.0.1:${port}`));
    const message = await client.message();
    assert.equal(message.text === text, true);
    assert.equal(message.headers['content-length'], String(Buffer.byteLength(text)));
  });

  it('delivers an ERROR that a broker ends with', async () => {
    const port = await server(
      createServer((socket) => {
        socket.once('data', () => socket.end('ERROR\nmessage:no such host\n\nsorry\0\n'));
      }),
    );
    const client = await StompClient.open(await relayTo(`stomp://127.0.0.1:${port}`));
    client.send('CONNECT', { 'accept-version': '1.2' });
    assert.equal((await client.next('ERROR')).headers.get('message'), 'no such host');
    assert.equal(await client.closed, 1002);
  });

  it('sends heart-beats to the broker for a fallback client, whose CONNECTED offers none', async () => {
    let said = '';
    const port = await server(
      createServer((socket) => {
        socket.on('data', (bytes) => {
          if (said === '') socket.write('CONNECTED\nversion:1.2\nheart-beat:0,1000\n\n\0');
          said += bytes;
        });
      }),
    );
    const address = new URL(await relayTo(`stomp://127.0.0.1:${port}`, { heartbeat: '1s' }));
    const client = new FallbackClient(Number(address.port));
    stops.push(() => client.close());
    const token = await client.create('/s');
    const connectFrame =
      'CONNECT\x7f\x4aaccept-version:1.2\x7f\x4aheart-beat:9000,9000\x7f\x4a\x7f\x4a\x7f\x40';
    await client.post('send', token, `#1␞T${connectFrame}␞`, '/s');
    const answer = await client.post('xhr-polling', token, 'D1,0␞', '/s');
    assert.match(answer.body, /CONNECTED\x7fJ.*heart-beat:0,0/);
    await until('two heart-beats at the broker', () => said.endsWith('\0\n\n'));
    assert.match(said, /heart-beat:1000,1000/);
  });
});
