import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../gateway/base/clock.ts';
import type { RefusedError } from '../../../gateway/base/errors.ts';
import { Message } from '../../../gateway/protocol/message.ts';
import { Broker } from '../../../gateway/stomp/broker/broker.ts';
import { BrokerServer } from '../../../gateway/stomp/broker/broker-server.ts';
import { defaultBrokerOptions } from '../../../gateway/stomp/broker/options.ts';
import { remoteBroker } from '../../../gateway/stomp/broker/remote-broker.ts';
import { handshake, Recorder } from '../../support/servers/upstreams.ts';
import { stompParts } from '../../support/stomp/parts.ts';
import { until } from '../../support/until.ts';

const never = new AbortController().signal;

describe('a route to a broker in another process', () => {
  let folder: string;
  let socketPath: string;
  let server: BrokerServer;
  let parts: ReturnType<typeof stompParts>;

  const route = (broker = '/') =>
    remoteBroker({ socketPath, connectTimeout: 5_000 }, broker, '/stomp', systemClock);

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-broker-'));
    socketPath = join(folder, 'broker.sock');
    parts = stompParts();
    const broker = new Broker({ ...defaultBrokerOptions, maxConnections: 1 }, parts);
    server = new BrokerServer(new Map([['/', broker]]), parts);
    await server.listen(socketPath);
  });
  afterEach(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  it('is on a socket for this user only', () => {
    assert.equal(statSync(socketPath).mode & 0o777, 0o600);
  });

  it('refuses a client too many as an embedded broker does', async () => {
    const { channel } = await route().connect(handshake(), never);
    await assert.rejects(route().connect(handshake(), never), {
      message: 'too many connections',
      status: 503,
    });
    channel.close({ code: 1000, reason: '' });
  });

  it('selects the newest subprotocol of STOMP, whatever else the page offers', async () => {
    const protocols = ['v10.stomp', 'v12.stomp', 'not a token', 'v12.stomp'];
    const { channel, protocol } = await route().connect(handshake({ protocols }), never);
    assert.equal(protocol, 'v12.stomp');
    channel.close({ code: 1000, reason: '' });
  });

  it('refuses without a status while the process is away, and says what is done about it', async () => {
    server.close();
    const refusal = await route()
      .connect(handshake(), never)
      .catch((error: RefusedError) => error);
    const { message, status, remedy } = refusal as RefusedError;
    assert.deepEqual(
      [message, status],
      ['the broker process does not accept: nothing listens there', undefined],
    );
    assert.match(remedy?.advice ?? '', /started again/);
  });

  it('refuses a broker that the process does not have', async () => {
    await assert.rejects(route('/demo/stomp').connect(handshake(), never), { message: /answered 404/ });
  });

  it('counts what a client makes the broker hold for the address of that client', async () => {
    const { channel } = await route().connect(handshake({ remoteAddress: '198.51.100.7' }), never);
    channel.attach(new Recorder());
    channel.send(Message.text('CONNECT\naccept-version:1.2\n\n\0'));
    channel.send(Message.text(`SEND\ndestination:/queue/a\n\n${'x'.repeat(5_000)}`));
    await until('an account', () => parts.memory.heldFor('198.51.100.7') > 5_000);
    channel.close({ code: 1001, reason: '' });
    await until('no account', () => parts.memory.heldFor('198.51.100.7') === 0);
  });

  it('tells its clients that the broker has gone', async () => {
    const { channel } = await route().connect(handshake(), never);
    const recorder = new Recorder();
    channel.attach(recorder);
    server.close();
    assert.deepEqual(await recorder.count(1), ['1011 broker gone']);
  });
});
