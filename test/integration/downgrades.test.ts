import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import type { Step } from '../../client-shim/src/connect/connection.ts';
import { createLog } from '../../gateway/base/log.ts';
import { createGateway, type Gateway } from '../../gateway/index.ts';
import { openRealm, type Realm, type RealmOptions } from '../support/browser/realm.ts';
import { type BlockedProxy, startBlockedProxy } from '../support/cluster/blocked-proxy.ts';
import { FaultProxy, type FaultProxyOptions } from '../support/faults/fault-proxy.ts';
import { until } from '../support/until.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What a network, an engine or a page does to a connection, and the word for it. */
interface Cause {
  readonly reason: string;
  /** Of the proxy before the gateway. */
  readonly proxy?: Omit<FaultProxyOptions, 'target'>;
  readonly engine?: Omit<RealmOptions, 'url'>;
  readonly transports?: string;
  readonly protocols?: readonly string[];
  /** The carrier at the end. */
  readonly carrier: string;
  /** The page is of another origin than the gateway. */
  readonly isForeign?: boolean;
  /** What has to happen until the connection is closed; by default the carrier comes. */
  readonly meanwhile?: (running: Running) => Promise<void>;
}

/** A connection that is looked at. */
interface Running {
  readonly proxy: FaultProxy;
  readonly blocked: BlockedProxy;
  /** Lines of the log about it. */
  lines(): readonly Fields[];
  steps(): readonly Step[];
}

const isStream = ({ url = '' }: { url?: string | undefined }): boolean =>
  /streaming|eventsource|htmlfile/.test(url);
/** An engine of before WebSockets and EventSource. XMLHttpRequest shows no part of an answer. */
const OLD: Omit<RealmOptions, 'url'> = { without: ['WebSocket', 'EventSource'], xhr: 'xhr1' };

const attached = ({ lines }: Running, carrier: string): number =>
  lines().filter(({ carrier: name, to, msg }) => /^carrier/.test(String(msg)) && (name ?? to) === carrier)
    .length;

/** How often the shim has found that a carrier works. */
const working = ({ steps }: Running, carrier: string): number =>
  steps().filter(({ transport, what }) => transport === carrier && what === 'works').length;

const CAUSES: Readonly<Record<string, Cause>> = {
  'an Upgrade that a proxy swallows': {
    reason: 'upgrade-unanswered',
    proxy: { upgrade: 'swallow' },
    carrier: 'eventsource',
  },
  'a proxy that answers an Upgrade with 403': {
    reason: 'upgrade-refused',
    proxy: { upgrade: '403' },
    carrier: 'eventsource',
  },
  'a proxy that holds streams back': {
    reason: 'stream-buffered',
    proxy: { upgrade: '403', faults: { buffer: 1 }, only: isStream },
    carrier: 'xhr-polling',
    meanwhile: async (running) => {
      await until('a stream', () => attached(running, 'eventsource') > 0);
      await until(
        'a poll after it',
        () => String(running.lines().at(-1)?.to) === 'xhr-polling' || attached(running, 'xhr-polling') > 1,
      );
    },
  },
  // The proxy ends the streams when the test says so: the code is the same for one of 30 seconds.
  'a proxy that cuts streams': {
    reason: 'stream-cut',
    proxy: { upgrade: '403' },
    carrier: 'eventsource',
    meanwhile: async (running) => {
      for (const count of [1, 2]) {
        await until(`stream ${count}`, () => working(running, 'eventsource') >= count);
        running.proxy.cutAll();
      }
      await until('the third stream', () => working(running, 'eventsource') >= 3);
    },
  },
  'a proxy that takes Upgrade and Connection away': {
    reason: 'upgrade-stripped',
    proxy: { upgrade: 'plain' },
    carrier: 'eventsource',
  },
  'an engine that shows no part of a response': {
    reason: 'no-streaming',
    engine: OLD,
    transports: 'websocket,eventsource,xhr-streaming,xhr-polling,jsonp-polling',
    carrier: 'xhr-polling',
  },
  'a page that reaches the gateway by script tags only': {
    reason: 'jsonp-only',
    engine: { without: ['WebSocket', 'EventSource', 'XMLHttpRequest'], ie: true },
    isForeign: true,
    carrier: 'jsonp-polling',
  },
  'a Flash player that does not run the movie': {
    reason: 'flash-blocked',
    engine: OLD,
    transports: 'websocket,flash-socket,xhr-polling',
    carrier: 'xhr-polling',
  },
  'a proxy that takes the subprotocol away': {
    reason: 'subprotocol-lost',
    proxy: { strip: ['sec-websocket-protocol'] },
    protocols: ['chat'],
    carrier: 'eventsource',
  },
  'a network on which nothing goes for seconds': {
    reason: 'slow-network',
    carrier: 'eventsource',
    meanwhile: async (running) => {
      await until('the shim waits no longer', () =>
        running.steps().some(({ what }) => what === 'slow network'),
      );
      running.blocked.setBlocked(false);
      await until('a stream', () => attached(running, 'eventsource') > 0);
    },
  },
};

/** The word of the laboratory page for the page's connection. */
function laboratoryWord(realm: Realm): string {
  const page = createContext({ socket: realm.window.ws });
  for (const name of ['demo', 'laboratory-probe', 'laboratory-advice']) {
    runInContext(readFileSync(new URL(`../../legacy-demo/${name}.js`, import.meta.url), 'utf8'), page);
  }
  const own = '{ endedOn: Demo.transportOf(socket), steps: Demo.stepsOf(socket) }';
  return runInContext(`Laboratory.word(${own})`, page);
}

describe('why a connection was downgraded, with the ten causes', function () {
  this.timeout(60_000);
  const lines: Fields[] = [];
  /** What the laboratory says, by the word. */
  const words = new Map<string, string>();
  const stories = new Map<string, readonly Fields[]>();
  let gateway: Gateway;
  let port: number;
  let report: { readonly downgrades: readonly Fields[] };
  let metrics = '';

  before(async () => {
    const log = createLog({
      level: 'debug',
      format: 'json',
      write: (line) => void lines.push(JSON.parse(line) as Fields),
    });
    gateway = createGateway(
      {
        listen: '127.0.0.1:0',
        demo: false,
        jsonp: true,
        origin: 'http://127.0.0.1:1',
        policyPort: 0,
        status: '127.0.0.1:0',
        grace: 0,
      },
      { log },
    );
    for (const at of Object.keys(CAUSES).keys()) {
      gateway.route(`/cause${at}`, (socket) => socket.on('message', (data) => socket.send(data)));
    }
    const address = await gateway.listen();
    ({ port } = address);
    // One after another: what a busy machine delays looks like a slow network.
    for (const [at, [name, cause]] of Object.entries(CAUSES).entries()) {
      stories.set(name, await induceUntil(cause, `/cause${at}`));
    }
    const status = `http://127.0.0.1:${address.statusPort}`;
    report = (await (await fetch(`${status}/status.json`)).json()) as typeof report;
    metrics = await (await fetch(`${status}/metrics`)).text();
  });
  after(() => gateway.close(0));

  /** Again where the machine was as slow as a slow network. */
  async function induceUntil(cause: Cause, route: string): Promise<readonly Fields[]> {
    let story = await induce(cause, route);
    const isSlow = (): boolean => story.at(-1)?.downgraded === 'slow-network';
    for (let tries = 1; tries < 4 && cause.reason !== 'slow-network' && isSlow(); tries++) {
      story = await induce(cause, route);
    }
    return story;
  }

  async function induce(cause: Cause, route: string): Promise<readonly Fields[]> {
    const proxy = await FaultProxy.start({ target: port, ...cause.proxy });
    const blocked = await startBlockedProxy(proxy.port);
    const host = `127.0.0.1:${blocked.port}`;
    const realm = openRealm({
      url: cause.isForeign ? 'http://127.0.0.1:1/page' : `http://${host}/page`,
      ...cause.engine,
    });
    const start = lines.length;
    /** Those of the fallback session, which comes after a native connection in some cases. */
    const own = (): readonly Fields[] => {
      const later = lines.slice(start).filter((line) => line.route === route);
      const opened = later.find(({ transport }) => transport === 'fallback');
      return later.filter(({ session }) => session !== undefined && session === opened?.session);
    };
    const running: Running = { proxy, blocked, lines: own, steps: () => realm.window.ws?.diagnostics ?? [] };
    try {
      await open(realm, cause, `ws://${host}${route}`, host, blocked);
      await (cause.meanwhile?.(running) ??
        until(`${route}: ${cause.carrier}`, () => attached(running, cause.carrier) > 0));
      words.set(cause.reason, laboratoryWord(realm));
      realm.run('ws.close(1000)');
      await until(`${route}: the end`, () => own().some(({ msg }) => msg === 'connection closed'));
      return own();
    } catch (error) {
      throw new Error(`${cause.reason}: ${JSON.stringify([running.steps(), own()])}`, { cause: error });
    } finally {
      realm.leave();
      await blocked.close();
      await proxy.close();
    }
  }

  async function open(
    realm: Realm,
    cause: Cause,
    url: string,
    host: string,
    blocked: BlockedProxy,
  ): Promise<void> {
    realm.window.navigator.plugins = { 'Shockwave Flash': {} };
    const attributes = cause.transports === undefined ? {} : { 'data-transports': cause.transports };
    await realm.loadScript(`http://${host}/shim/websocket.min.js`, attributes);
    if (cause.reason === 'slow-network') blocked.setBlocked(true);
    realm.run(`var ws = new WebSocket('${url}', ${JSON.stringify(cause.protocols ?? [])});`);
  }

  for (const [name, { reason, carrier }] of Object.entries(CAUSES)) {
    it(`is ${reason} for ${name}`, () => {
      const story = stories.get(name) ?? [];
      const closed = story.filter(({ msg }) => msg === 'connection closed').at(-1);
      assert.equal(closed?.downgraded, reason, JSON.stringify(story));
      assert.ok(String(closed?.carriers).split(',').includes(carrier), JSON.stringify(closed));
      const last = story.filter(({ msg }) => msg === 'connection downgraded').at(-1);
      assert.equal(last?.reason, reason);
      assert.equal(words.get(reason), reason, 'in the laboratory');
    });
  }

  it('is counted in /status.json and /metrics as in the log: by route, transport and word', () => {
    const logged = lines
      .filter(({ msg }) => msg === 'connection downgraded')
      .map(({ route, transport, reason }) => `${route} ${transport} ${reason}`)
      .sort();
    const counted = report.downgrades.flatMap(({ route, transport, reason, count }) =>
      Array(Number(count)).fill(`${route} ${transport} ${reason}`),
    );
    assert.deepEqual(counted.sort(), logged);
    for (const line of new Set(logged)) {
      const [route, transport, reason] = line.split(' ');
      const labels = [`route="${route}"`, `transport="${transport}"`, `reason="${reason}"`];
      const sample = metrics
        .split('\n')
        .find((one) => /downgrades_total\{/.test(one) && labels.every((label) => one.includes(label)));
      assert.equal(Number(sample?.split(' ').at(-1)), logged.filter((one) => one === line).length, line);
    }
  });
});
