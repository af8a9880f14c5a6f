import assert from 'node:assert/strict';
import { FallbackClient } from '../support/clients/fallback-client.ts';
import { type NatsServer, startNats } from '../support/cluster/nats-server.ts';
import { useRuns } from '../support/machine/program-run.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';

describe('the program with --cluster', function () {
  this.timeout(40_000);
  const { start } = useRuns();
  let nats: NatsServer;
  before(async function () {
    requireOrSkip(this, 'nats-server');
    nats = await startNats();
  });
  after(() => nats?.remove());

  it('serves a session at any process of any machine: workers here, and one alone there', async () => {
    const cluster = `nats://127.0.0.1:${nats.port}`;
    const args = ['--listen', '0', '--route', '/echo=echo:', '--cluster', cluster, '--host', '*'];
    const runs = [start(...args, '--workers', '2', '--node', 'one'), start(...args, '--node', 'two')];
    const clients = [];
    for (const run of runs) clients.push(new FallbackClient(await run.port()));
    // Either may own the session, whichever opens it.
    for (const [here, there] of [clients, clients.toReversed()] as [FallbackClient, FallbackClient][]) {
      const token = await here.create();
      for (const [index, client] of [here, there, here, there].entries()) {
        const sent = await client.post('send', token, `#${index + 1}␞Tmessage ${index}␞`);
        assert.equal(sent.status, 200);
      }
      const { body } = await there.post('xhr-polling', token, 'D1,0␞');
      assert.match(body, /Tmessage 0␞/);
      assert.match(token, /^(?:one|two)-[0-9a-f]{6}\./);
    }
    for (const client of clients) client.close();
  });
});
