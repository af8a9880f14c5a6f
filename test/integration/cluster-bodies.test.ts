import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { frames } from '../support/clients/fallback-client.ts';
import { startCluster, type TestCluster } from '../support/cluster/gateways.ts';
import { ClusterClients } from '../support/cluster/sessions.ts';
import { TestClock } from '../support/test-clock.ts';
import { until } from '../support/until.ts';

/** Bodies for other nodes, whose tokens the node that gets them cannot judge. */
describe('a node that gets bodies for others', () => {
  const clock = new TestClock();
  let cluster: TestCluster;
  let clients: ClusterClients;
  const sockets = new Set<Socket>();

  beforeEach(async () => {
    cluster = await startCluster({
      routes: ['/echo=echo:'],
      memory: '1MiB',
      memoryPerAddress: '1MiB',
      maxBody: '900KiB',
      parts: { clock },
    });
    clients = new ClusterClients(cluster);
    clock.advance(60_000);
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    clients.close();
    const ticking = setInterval(() => clock.advance(100), 1);
    await cluster.close();
    clearInterval(ticking);
  });

  /** Sends the first `length` bytes of a longer body to node b, and reads what comes. */
  function begin(token: string, length: number): { text: string; socket: Socket } {
    const socket = connect(clients.node('b').port, '127.0.0.1');
    sockets.add(socket);
    const shown = { text: '', socket };
    socket
      .on('error', () => {})
      .on('data', (chunk) => {
        shown.text += String(chunk);
      });
    const head = 'POST /echo/_fallback/v1/send HTTP/1.1\r\nhost: localhost\r\ncontent-length: 900000\r\n\r\n';
    socket.write(head + frames(`${token};#1␞T`) + 'x'.repeat(length));
    return shown;
  }

  it('collects those of tokens that may be made up while there is memory for new clients', async () => {
    const token = await clients.sessionOn('b');
    const first = begin('a.made-up', 850_000);
    let last = begin('a.made-up', 1_000);
    // The first one may still be on its way.
    for (let attempt = 0; attempt < 40 && last.text === ''; attempt++) {
      last.socket.destroy();
      last = begin('a.made-up', 1_000);
      await delay(100);
    }
    assert.match(last.text, /^HTTP\/1\.1 (?:503|429) /);
    assert.equal(first.text, '');
    assert.equal((await clients.at('b').post('send', token, '#1␞Tone␞')).status, 200);
  });

  it('reads nothing of those for a node that does not exist', async () => {
    const shown = begin('nobody.made-up', 1_000);
    await until('the answer', () => shown.text !== '');
    assert.match(shown.text, /^HTTP\/1\.1 404 /);
  });
});
