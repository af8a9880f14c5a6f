import assert from 'node:assert/strict';
import { openRealm, type Realm } from '../support/browser/realm.ts';
import { type NatsServer, startNats } from '../support/cluster/nats-server.ts';
import { FaultProxy } from '../support/faults/fault-proxy.ts';
import { Run, useRuns } from '../support/machine/program-run.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { logged, untilWorkers, workersOf } from '../support/machine/supervisor-run.ts';
import { steadyTalk } from '../support/pages/steady-talk.ts';
import { seedFromEnvironment } from '../support/random.ts';
import { statusOf } from '../support/servers/status.ts';
import { until } from '../support/until.ts';

const TRANSPORTS = ['xhr-streaming', 'eventsource', 'xhr-polling', 'websocket-session'];
/** Pages of each transport: enough for some on every node. */
const PAGES = 6;
/** Milliseconds between an echo and the next message. */
const PAUSE = 200;
const OPTIONS = ['--listen', '127.0.0.1:0', '--route', '/echo=echo:', '--log-format', 'json'];

interface Talk {
  readonly opened: number;
  readonly closed: number;
  readonly wrong: string | null;
  readonly echoes: number;
  readonly pending: number;
  stop: boolean;
}

describe('a process that is killed, or hangs', function () {
  this.timeout(60_000);
  /** A worker that stands still: it does not notice that its supervisor has ended. */
  let stopped: number | undefined;
  afterEach(() => {
    if (stopped !== undefined) process.kill(stopped, 'SIGKILL');
    stopped = undefined;
  });
  const { keep } = useRuns();
  const realms: Realm[] = [];
  let nats: NatsServer | undefined;
  let proxy: FaultProxy | undefined;
  afterEach(async () => {
    for (const realm of realms.splice(0)) realm.leave();
    await proxy?.close();
    await nats?.remove();
    nats = proxy = undefined;
  });

  async function openPage(port: number, transport: string): Promise<Talk> {
    const without = transport === 'websocket-session' ? [] : ['WebSocket'];
    const realm = openRealm({ url: `http://127.0.0.1:${port}/page`, without });
    realms.push(realm);
    const load = () => realm.loadScript('/shim/websocket.min.js', { 'data-transports': transport });
    // The balancer may lead it to the dead process. Here a reload of the page would help.
    while (await load().catch(() => true));
    realm.run(steadyTalk);
    return realm.run(`startTalk(['ws://127.0.0.1:${port}/echo'], 1, ${PAUSE})`) as Talk;
  }

  /** Every client of the dead process learns it, and nobody else loses anything. */
  async function survives(port: number, kill: () => void): Promise<void> {
    const talks: Talk[] = [];
    for (const transport of TRANSPORTS) {
      for (let page = 0; page < PAGES; page++) talks.push(await openPage(port, transport));
    }
    await until('all are open', () => talks.every(({ opened }) => opened === 1), 20_000);
    const killed = performance.now();
    kill();
    const next = await openPage(port, 'xhr-polling');
    await until('a new session is open', () => next.opened === 1, 10_000);
    const opened = performance.now() - killed;
    // All that live answer twice more: then nobody waits for the dead process.
    const seen = talks.map(({ echoes }) => echoes + 2);
    let closed = 0;
    let lastClose = 0;
    const hasSettled = () => {
      const now = talks.filter((talk) => talk.closed > 0).length;
      if (now > closed) lastClose = performance.now() - killed;
      closed = now;
      return talks.every((talk, index) => talk.closed > 0 || talk.echoes >= (seen[index] as number));
    };
    await until('all live or are closed', hasSettled, 15_000);
    const dead = talks.filter((talk) => talk.closed > 0);
    const alive = talks.filter((talk) => talk.closed === 0);
    console.log(
      `    ${dead.length} of ${talks.length} closed, the last ${Math.round(lastClose)} ms after the kill; a new one was open after ${Math.round(opened)} ms`,
    );
    assert.ok(dead.length > 0 && alive.length > 0, `${dead.length} died, ${alive.length} live`);
    for (const talk of alive) talk.stop = true;
    await until('the last echoes', () => alive.every(({ pending }) => pending === 0), 10_000);
    assert.deepEqual(
      [...alive, next].map((talk) => [talk.wrong, talk.closed]),
      [...alive, next].map(() => [null, 0]),
    );
  }

  it('as one of three workers: its clients learn it, the others lose nothing, new ones come at once', async () => {
    const gateway = keep(new Run([...OPTIONS, '--workers', '3']));
    const port = await gateway.port();
    const [, worker] = workersOf(gateway);
    await survives(port, () => process.kill(worker as number, 'SIGKILL'));
  });

  it('as one of two workers that hangs: the same, once the supervisor has seen it and killed it', async () => {
    const watched = ['--workers', '2', '--worker-timeout', '4s', '--status', '127.0.0.1:0'];
    const gateway = keep(new Run([...OPTIONS, ...watched]));
    const port = await gateway.port();
    const [neighbour, hanging] = workersOf(gateway) as [number, number];
    await survives(port, () => {
      process.kill(hanging, 'SIGSTOP');
      stopped = hanging;
    });
    const [line] = logged(gateway, 'worker does not answer: killing it');
    assert.deepEqual([line?.worker, line?.level], [hanging, 'error']);
    stopped = undefined;
    // As many as at its last pong, which may be older than they are.
    assert.ok(Number(line?.silentMs) >= 4_000 && Number(line?.connections) >= 0, JSON.stringify(line));
    await until('the next worker', () => logged(gateway, 'worker started').length === 1);
    const now = await untilWorkers(gateway, 2);
    assert.ok(now.includes(neighbour) && !now.includes(hanging), `${now} serve`);
    const metrics = await (await fetch(`${statusOf(gateway)}/metrics`)).text();
    assert.match(metrics, /^fallback_gateway_hung_processes_total\{role="worker"\} 1$/m);
  });

  it('as one of three machines on NATS: the same', async function () {
    requireOrSkip(this, 'nats-server');
    nats = await startNats();
    const link = ['--cluster', `nats://127.0.0.1:${nats.port}`];
    const gateways = [1, 2, 3].map((number) => keep(new Run([...OPTIONS, ...link, '--node', `n${number}`])));
    const ports: number[] = [];
    for (const gateway of gateways) ports.push(await gateway.port());
    // A balancer that does not know which of them live.
    proxy = await FaultProxy.start({ target: ports, seed: seedFromEnvironment() });
    await survives(proxy.port, () => (gateways[1] as Run).child.kill('SIGKILL'));
  });
});
