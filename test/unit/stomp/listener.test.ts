import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Log, type LogFields, silentLog } from '../../../gateway/base/log.ts';
import { Broker } from '../../../gateway/stomp/broker/broker.ts';
import { StompListener } from '../../../gateway/stomp/broker/listener.ts';
import { defaultBrokerOptions } from '../../../gateway/stomp/broker/options.ts';
import { stompParts } from '../../support/stomp/parts.ts';
import { StompClient } from '../../support/stomp/stomp-client.ts';
import { until } from '../../support/until.ts';

/** A log that keeps its lines with all their fields. */
function recordingLog(lines: [string, LogFields][], scope: LogFields = {}): Log {
  return {
    ...silentLog,
    info: (message, fields) => lines.push([message, { ...scope, ...fields }]),
    warn: (message, fields) => lines.push([message, { ...scope, ...fields }]),
    with: (fields) => recordingLog(lines, { ...scope, ...fields }),
  };
}

describe('the TCP port of the embedded broker', () => {
  const lines: [string, LogFields][] = [];
  let listener: StompListener;
  let port: number;
  let parts: ReturnType<typeof stompParts>;

  beforeEach(async () => {
    lines.length = 0;
    parts = stompParts({ log: recordingLog(lines), maxConnections: 2 });
    listener = new StompListener(new Broker(defaultBrokerOptions, parts), parts);
    port = await listener.listen({ host: '127.0.0.1', port: 0 });
  });

  afterEach(() => listener.close());

  it('logs the beginning and the end of a connection, and who ended it', async () => {
    const client = await StompClient.open(port);
    client.send('CONNECT', { 'accept-version': '1.2', login: 'anna', passcode: 'secret' });
    await client.next('CONNECTED');
    client.end();
    await until('two lines', () => lines.length === 2);
    const [opened, closed] = lines as [[string, LogFields], [string, LogFields]];
    assert.equal(opened[0], 'connection opened');
    const { session, ...rest } = opened[1];
    assert.match(String(session), /^[\w-]{8}$/);
    assert.deepEqual(rest, {
      route: 'stomp-port',
      remoteAddress: '127.0.0.1',
      transport: 'tcp',
      protocol: '',
    });
    assert.equal(closed[0], 'connection closed');
    assert.deepEqual([closed[1].session, closed[1].by], [session, 'client']);
    assert.ok(Number(closed[1].bytesIn) > 40 && Number(closed[1].bytesOut) > 40);
    assert.doesNotMatch(JSON.stringify(lines), /secret/);
  });

  it('logs that the gateway ended it behind an ERROR', async () => {
    const client = await StompClient.open(port);
    client.write('HELLO\n');
    await client.next('ERROR');
    await until('three lines', () => lines.length === 3);
    const [message, fields] = lines[1] as [string, LogFields];
    const [, closed] = lines[2] as [string, LogFields];
    assert.deepEqual(
      [message, fields.code, fields.session],
      ['stomp error', 'GW_STOMP_FRAME', closed.session],
    );
    assert.equal(closed.by, 'gateway');
  });

  it('counts its clients as connections, and disconnects one too many', async () => {
    const sockets: Socket[] = [];
    const open = (): Socket => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      sockets.push(socket);
      return socket;
    };
    const [first] = [open(), open()];
    await until('2 connections', () => parts.connections.total === 2);
    const third = open();
    await once(third, 'close');
    assert.deepEqual(
      lines.filter(([message]) => message.includes('refused')).map(([, fields]) => fields.code),
      ['GW_CONNECTIONS'],
    );
    first?.destroy();
    await until('1 connections', () => parts.connections.total === 1);
    for (const socket of sockets) socket.destroy();
    await until('0 connections', () => parts.connections.total === 0);
  });
});
