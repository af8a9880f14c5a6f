import assert from 'node:assert/strict';
import { openRealm, type Realm } from '../support/browser/realm.ts';
import { startCluster, type TestCluster, wrongNode } from '../support/cluster/gateways.ts';
import { OLD_SHIMS } from '../support/old-shim/old-shims.ts';
import { startConformanceUpstream, type Upstream } from '../support/servers/conformance-upstream.ts';
import { until } from '../support/until.ts';
import { carriers } from './carriers.ts';
import { scenario } from './conformance.ts';
import { problemsOf, SOCKETS } from './together.ts';

/** Two sockets of a page that send and count, and what became of them. */
const TWO_SOCKETS = `
  var seen = [];
  function open(url, name) {
    var socket = new WebSocket(url);
    socket.onopen = function () { seen.push(name + ' open'); };
    socket.onmessage = function (event) { seen.push(name + ' ' + event.data); };
    socket.onclose = function (event) { seen.push(name + ' closed ' + event.code); };
    return socket;
  }`;

/**
 * The shim with an empty `beside` in its `create`, by which a session is made on any node
 * (PROTOCOL.md §15): so its downstreams are of several nodes most of the time.
 */
function scattering(code: string): string {
  const scattered = code.replace(/(protocols:\w+\.protocols\.join\(","\))/, '$1,beside:""');
  assert.notEqual(scattered, code);
  return scattered;
}

const fallbacks = carriers.filter(({ transport }) => !/websocket/.test(transport));

for (const { version, code } of OLD_SHIMS)
  describe(`the shim of ${version}, which knows no nodes,`, () => {
    let upstream: Upstream;

    const openPage = async (
      port: number,
      transport: string,
      browser: object,
      script = code,
    ): Promise<Realm> => {
      const realm = openRealm({ ...browser, url: `http://127.0.0.1:${port}/page` });
      await realm.loadScript('/shim/websocket.min.js', { 'data-transports': transport }, script);
      return realm;
    };

    before(async () => {
      upstream = await startConformanceUpstream();
    });
    after(() => upstream.close());

    for (const [where, script] of [
      ['with all of its sessions on one node', code],
      ['with its sessions on both nodes', scattering(code)],
    ] as const)
      describe(`${where}, ${SOCKETS} cases at a time on one page, through the wrong process of two,`, () => {
        let cluster: TestCluster;

        before(async () => {
          cluster = await startCluster({ routes: [`/upstream=ws://127.0.0.1:${upstream.port}`] });
          cluster.choose = wrongNode(cluster);
        });
        after(() => cluster.close());

        for (const { name, transport, browser } of fallbacks)
          it(`over ${name}`, async function () {
            this.timeout(60_000);
            const realm = await openPage(cluster.port, transport, browser, script);
            try {
              realm.run(scenario);
              const url = `ws://127.0.0.1:${cluster.port}/upstream`;
              assert.deepEqual(await problemsOf(realm, { url, transport, millis: 20_000 }), []);
              assert.deepEqual(realm.errors, []);
            } finally {
              realm.leave();
            }
          });
      });

    describe('with a second socket on another node than the first, as after a reload,', () => {
      for (const { name, transport, browser } of fallbacks)
        it(`keeps both, over ${name}`, async function () {
          this.timeout(30_000);
          const cluster = await startCluster({ count: 1, routes: ['/echo=echo:'] });
          const realm = await openPage(cluster.port, transport, browser);
          try {
            realm.run(TWO_SOCKETS);
            const url = `ws://127.0.0.1:${cluster.port}/echo`;
            const seen = (): string[] => Array.from(realm.window.seen as string[]);
            realm.run(`var first = open('${url}', 'first')`);
            await until('the first opens', () => seen().includes('first open'));
            await cluster.add('b');
            void cluster.nodes[0]?.gateway.retire();
            cluster.choose = () => 1;
            realm.run(`var second = open('${url}', 'second')`);
            await until('the second opens', () => seen().includes('second open'));
            for (let count = 1; count <= 5; count += 1) {
              realm.run(`first.send('${count}'); second.send('${count}')`);
              await until(
                `echo ${count}`,
                () => seen().includes(`first ${count}`) && seen().includes(`second ${count}`),
                5000,
              );
            }
            assert.deepEqual(
              seen().filter((line) => /closed/.test(line)),
              [],
            );
            assert.deepEqual(realm.errors, []);
          } catch (error) {
            throw new Error(`${(error as Error).message}: ${realm.run('seen.join()')}`);
          } finally {
            realm.leave();
            await cluster.close();
          }
        });
    });
  });
