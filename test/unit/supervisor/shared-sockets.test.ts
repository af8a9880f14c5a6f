import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { SharedSockets } from '../../../gateway/supervisor/shared-sockets.ts';
import { until } from '../../support/until.ts';
import { FakeWorker } from './fake-worker.ts';

const ANY = { id: 1, use: 'gateway', address: { host: '127.0.0.1', port: 0 } } as const;

describe('the ports of a supervisor', () => {
  let sockets: SharedSockets;
  let clients: Socket[];
  let port: number;

  beforeEach(() => {
    sockets = new SharedSockets(undefined);
    clients = [];
  });
  afterEach(() => {
    sockets.close();
    for (const client of clients) client.destroy();
  });

  async function bind(worker: FakeWorker, generation = 1): Promise<void> {
    ({ port } = await sockets.bind(worker, generation, ANY));
  }

  async function open(): Promise<Socket> {
    const client = connect(port, '127.0.0.1');
    client.on('error', () => {});
    clients.push(client);
    await once(client, 'connect');
    return client;
  }

  const given = (worker: FakeWorker, count: number): Promise<void> =>
    until(`${count} connections`, () => worker.given.length === count);
  /** All connections have left the process. */
  const left = (worker: FakeWorker): void => {
    for (const { done } of worker.given) done(true);
  };

  it('are the same for all workers, also where any port will do', async () => {
    const [one, two] = [new FakeWorker(1), new FakeWorker(2)];
    await bind(one);
    const first = port;
    await bind(two, 2);
    assert.equal(port, first);
  });

  it('hand connections over in turn, and skip a worker that takes none', async () => {
    const [one, two] = [new FakeWorker(1), new FakeWorker(2)];
    await bind(one);
    await bind(two);
    await open();
    await given(one, 1);
    await open();
    await given(two, 1);
    left(two);
    await open();
    await given(two, 2);
    left(one);
    left(two);
    await open();
    await given(one, 2);
  });

  it('keep connections while there is no worker', async () => {
    const one = new FakeWorker(1);
    await bind(one);
    sockets.ended(one);
    await open();
    const two = new FakeWorker(2);
    await bind(two);
    await given(two, 1);
  });

  it('give a connection to another worker if the first one ended before it had left', async () => {
    const [one, two] = [new FakeWorker(1), new FakeWorker(2)];
    await bind(one);
    await open();
    await given(one, 1);
    await bind(two);
    sockets.ended(one);
    await given(two, 1);
    assert.equal(two.given[0]?.socket, one.given[0]?.socket);
  });

  it('close when no generation wants them any more', async () => {
    const one = new FakeWorker(1);
    await bind(one, 1);
    await bind(new FakeWorker(2), 2);
    sockets.forget(1);
    await open();
    sockets.forget(2);
    await until('the end of the port', () => {
      const client = connect(port, '127.0.0.1');
      client.on('error', () => {});
      clients.push(client);
      return clients.some(({ errored }) => errored !== null);
    });
  });

  it('can be tried again after an error', async () => {
    const taken = new SharedSockets(undefined);
    const { port: busy } = await taken.bind(new FakeWorker(1), 1, ANY);
    const address = { host: '127.0.0.1', port: busy };
    const worker = new FakeWorker(2);
    await assert.rejects(sockets.bind(worker, 1, { ...ANY, address }), { code: 'EADDRINUSE', port: busy });
    taken.close();
    const bound = await sockets.bind(worker, 1, { ...ANY, address });
    assert.equal(bound.port, busy);
  });
});
