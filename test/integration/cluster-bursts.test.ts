import assert from 'node:assert/strict';
import type { GatewaySocket } from '../../gateway/index.ts';
import { SockJsRequests } from '../support/clients/sockjs.ts';
import { startBehindEntry } from '../support/cluster/behind-entry.ts';
import { until } from '../support/until.ts';

const MIB = 1024 ** 2;

/** More in one turn of the event loop than the link holds for a node that does not read: 64 MiB. */
describe('a burst over the link between two workers', () => {
  let sockets: GatewaySocket[];
  let behind: Awaited<ReturnType<typeof startBehindEntry>>;
  let requests: SockJsRequests;

  beforeEach(async () => {
    sockets = [];
    const options = { sockjs: {}, memory: '1GiB', memoryPerAddress: '1GiB' };
    behind = await startBehindEntry('unix', options, (gateway) => {
      gateway.route('/handler', (socket) => sockets.push(socket));
    });
    requests = new SockJsRequests(`http://127.0.0.1:${behind.port}/handler`);
  });
  afterEach(() => behind.close());

  async function sessions(count: number): Promise<string[]> {
    const paths = Array.from({ length: count }, () => requests.session());
    for (const path of paths) assert.equal((await requests.post(`${path}/xhr`)).body, 'o\n');
    await until('the sessions', () => sockets.length === count);
    return paths;
  }

  it('of long answers reaches all who wait for them', async () => {
    const paths = await sessions(5);
    const waiting = paths.map((path) => requests.post(`${path}/xhr`));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const message = 'x'.repeat(14 * MIB);
    for (const socket of sockets) socket.send(message);
    for (const { status, body } of await Promise.all(waiting)) {
      assert.deepEqual([status, body.length], [200, message.length + 6]);
    }
  });

  it('of long bodies reaches the backends', async function () {
    this.timeout(90_000);
    const paths = await sessions(5);
    const lengths: number[] = [];
    for (const socket of sockets) {
      socket.on('message', (data) => lengths.push(String(data).length));
    }
    const body = JSON.stringify(['x'.repeat(14 * MIB)]);
    const answers = await Promise.all(paths.map((path) => requests.post(`${path}/xhr_send`, body)));
    assert.deepEqual(
      answers.map(({ status }) => status),
      paths.map(() => 204),
    );
    await until('the messages', () => lengths.length === paths.length, 60_000);
    assert.deepEqual(
      lengths,
      paths.map(() => 14 * MIB),
    );
  });
});
