import assert from 'node:assert/strict';
import { openRealm, type Realm, type RealmOptions } from '../support/browser/realm.ts';
import { type Flood, floodScript, startFlood } from '../support/clients/flood.ts';
import { type NatsServer, startNats } from '../support/cluster/nats-server.ts';
import { FaultProxy } from '../support/faults/fault-proxy.ts';
import { type FlappingProxy, startFlapping } from '../support/faults/flapping-proxy.ts';
import { FIFTH, FLOOD_OPTIONS, XDR } from '../support/faults/flood-faults.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { Random, seedFromEnvironment } from '../support/random.ts';
import { type GatewayProgram, startProgram } from '../support/servers/gateway-program.ts';
import { until } from '../support/until.ts';

const full = process.env.CI === 'true' || process.env.FULL === '1';
const MESSAGES = Number(process.env.MESSAGES ?? (full ? 20_000 : 3_000));
/** Milliseconds for a flood: a thousand messages a second would be slow. */
const LIMIT = Math.max(180_000, MESSAGES);
const PROCESSES = 3;
/** Sockets of one page that share a downstream. */
const MEMBERS = 4;

const carriers: readonly {
  readonly transport: string;
  readonly messages?: number;
  readonly browser?: Partial<RealmOptions>;
}[] = [
  { transport: 'xhr-streaming' },
  { transport: 'eventsource' },
  { transport: 'xhr-polling' },
  { transport: 'htmlfile', browser: { ...XDR, htmlfile: true } },
  { transport: 'xdr-polling', browser: XDR },
  { transport: 'jsonp-polling', messages: MESSAGES / 5 },
];

/** Processes, and how they reach each other. */
const KINDS = {
  'three machines on NATS, whose links flap': { programs: PROCESSES, tried: carriers },
  'three workers': { programs: 1, tried: carriers.slice(0, 3) },
} as const;

for (const [kind, { programs, tried }] of Object.entries(KINDS)) {
  describe(`over ${kind}, through a proxy that breaks one request in five, nothing is lost`, () => {
    const isOnNats = programs > 1;
    const seed = seedFromEnvironment();
    let nats: NatsServer | undefined;
    let flood: Flood;
    let gateways: GatewayProgram[] = [];
    let links: FlappingProxy[] = [];
    let proxy: FaultProxy;
    let realm: Realm;

    before(async function () {
      console.log(`    FAULT_SEED=${seed} MESSAGES=${MESSAGES}`);
      if (!isOnNats) return;
      requireOrSkip(this, 'nats-server');
      nats = await startNats();
    });
    after(() => nats?.remove());

    afterEach(async function () {
      if (this.currentTest?.state === 'failed')
        console.log(`    FAULT_SEED=${seed} ${JSON.stringify(proxy?.counts)}`);
      realm.leave();
      await Promise.all(gateways.map((gateway) => gateway.close()));
      await Promise.all(links.map((link) => link.close()));
      await proxy.close();
      await flood.close();
    });

    async function open(transport: string, count: number, browser: Partial<RealmOptions>): Promise<void> {
      flood = await startFlood(count);
      const args = ['--route', `/flood=ws://127.0.0.1:${flood.port}`, ...FLOOD_OPTIONS];
      gateways = await (isOnNats ? startMachines(args) : startWorkers(args));
      proxy = await FaultProxy.start({
        target: gateways.map(({ port }) => port),
        seed,
        faults: FIFTH,
        only: (request) => request.url?.includes('/_fallback/') ?? false,
        hang: 4_000,
      });
      realm = openRealm({ without: ['WebSocket'], ...browser, url: `http://127.0.0.1:${proxy.port}/page` });
      await realm.loadScript('/shim/websocket.min.js', { 'data-transports': transport });
      realm.run(floodScript);
    }

    async function startMachines(args: readonly string[]): Promise<GatewayProgram[]> {
      const random = new Random(seed);
      const { port } = nats as NatsServer;
      const indices = Array.from({ length: programs }, (_, index) => index);
      links = await Promise.all(
        indices.map((index) => startFlapping(port, random.fork(index), [700, 4_000])),
      );
      return Promise.all(
        links.map((link, index) =>
          startProgram([...args, '--cluster', `nats://127.0.0.1:${link.port}`, '--node', `n${index}`]),
        ),
      );
    }

    async function startWorkers(args: readonly string[]): Promise<GatewayProgram[]> {
      return [await startProgram([...args, '--workers', String(PROCESSES)])];
    }

    const start = (count: number) =>
      realm.run(`startFlood('ws://127.0.0.1:${proxy.port}/flood', ${count})`) as {
        readonly received: number;
        readonly wrong: string | null;
        readonly closed: number | null;
        readonly opened: number;
        readonly socket: { readonly diagnostics: unknown };
      };

    for (const { transport, messages = MESSAGES, browser = {} } of tried) {
      it(`of ${messages} messages each way in ${MEMBERS} sockets over ${transport}`, async function () {
        this.timeout(LIMIT + 60_000);
        const each = Math.floor(messages / MEMBERS);
        const all = each * MEMBERS;
        await open(transport, each, browser);
        const pages = Array.from({ length: MEMBERS }, () => start(each));
        const down = () => pages.reduce((sum, page) => sum + page.received, 0);
        const over = () =>
          (down() >= all && flood.received >= all) || pages.some((page) => page.closed !== null);
        await until('the end of the flood', over, LIMIT).catch((late) => {
          throw new Error(`${late.message}: ${down()} down, ${flood.received} up`);
        });
        for (const page of pages) {
          if (page.closed !== null) console.log(page.socket.diagnostics);
          assert.deepEqual([page.wrong, page.received, page.closed, page.opened], [null, each, null, 1]);
        }
        // One backend connection for each socket, however often a create was repeated, and where.
        assert.deepEqual([flood.wrong, flood.received, flood.opened], [undefined, all, MEMBERS]);
        const broken = proxy.requests - (proxy.counts.pass ?? 0);
        assert.ok(broken > messages / 500, `${broken} of ${proxy.requests} requests were broken`);
        const cuts = links.reduce((sum, link) => sum + link.cuts, 0);
        if (isOnNats) assert.ok(cuts > 0, 'no link was cut');
        assert.deepEqual(realm.errors, []);
      });
    }
  });
}
