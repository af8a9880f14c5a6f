import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { EngineName } from '../engines/engine.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { reportFrom } from '../support/pages/report-from.ts';
import { type Front, type Pages, startFront } from '../support/servers/front.ts';
import { type GatewayProgram, startProgram } from '../support/servers/gateway-program.ts';
import { type RealBroker, startRabbitMq } from '../support/stomp/brokers.ts';
import {
  casesOf,
  type StompLibrary,
  scenarioScript,
  sourceOf,
  stompLibraries,
  type Tag,
} from '../support/stomp/clients/libraries.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const sockJs = read('../../node_modules/sockjs-client/dist/sockjs.min.js');
const runner = read('../support/stomp/clients/page.js');
const stompJs = stompLibraries.find(({ name }) => name === 'stompjs 2.3.3') as StompLibrary;

/**
 * stompjs as pages of Spring have it: over a SockJS of one transport. If the library is installed
 * with it, the shim repairs what it does to surrogate pairs.
 */
const pages: Pages = {
  '/_test/sockjs.js': () => sockJs,
  '/_test/stomp.js': () => sourceOf(stompJs),
  '/_test/scenario.js': () => scenarioScript,
  '/_test/runner.js': () => runner,
  '/_test/page.html': (query) =>
    `<!DOCTYPE html><html><head><meta charset="utf-8"><title>STOMP over SockJS</title></head><body>
<script src="/shim/websocket.min.js"></script>
<script src="/_test/sockjs.js"></script>
<script src="/_test/stomp.js"></script>
<script>
  var stompjs = Stomp;
  WebSocketShim.installStompFix(stompjs);
  var overSockJs = {
    client: function (url) {
      return stompjs.over(new SockJS(url.replace(/^ws/, 'http'), null, { transports: ['${query.get('transport')}'], timeout: 10000 }));
    }
  };
  var libraries = [{ name: '${stompJs.name}', global: 'Stomp', value: overSockJs, face: 'classic', tags: '' }];
</script>
<script src="/_test/test-page.js"></script>
<script src="/_test/scenario.js"></script>
<script src="/_test/runner.js"></script>
</body></html>`,
};

const runs: readonly { engine: EngineName; transport: string }[] = [
  ...['websocket', 'xhr-streaming', 'eventsource', 'xhr-polling', 'jsonp-polling'].map(
    (transport) => ({ engine: 'chromium', transport }) as const,
  ),
  { engine: 'phantomjs-1.9', transport: 'xhr-streaming' },
  { engine: 'khtml', transport: 'xhr-polling' },
];

interface Broker {
  readonly name: string;
  readonly path: string;
  readonly programs: readonly string[];
  readonly tags: readonly Tag[];
  start?(): Promise<RealBroker>;
}

const brokers: readonly Broker[] = [
  { name: 'the embedded broker', path: '/stomp', programs: [], tags: ['talk', 'large', 'over'] },
  {
    name: 'RabbitMQ, by the relay',
    path: '/relay',
    programs: ['rabbitmq-server', 'epmd'],
    // It goes on behind an ERROR.
    tags: ['talk', 'large'],
    start: startRabbitMq,
  },
];

for (const { name: brokerName, path, programs, tags: common, start } of brokers) {
  describe(`stompjs 2.3.3 over sockjs-client 1.6.1 to ${brokerName}, in`, () => {
    let broker: RealBroker | undefined;
    let gateway: GatewayProgram | undefined;
    let front: Front | undefined;

    before(async function () {
      this.timeout(120_000);
      for (const program of programs) requireOrSkip(this, program);
      broker = await start?.();
      const route = broker === undefined ? '/stomp=stomp:' : `/relay=stomp://127.0.0.1:${broker.port}`;
      gateway = await startProgram(['--route', route, '--jsonp', '--log-level', 'silent']);
      front = await startFront(gateway.port, pages);
    });
    after(async () => {
      await front?.close();
      await gateway?.close();
      await broker?.stop();
    });

    for (const { engine, transport } of runs) {
      describe(`${engine}, over ${transport}`, () => {
        const isNative = transport === 'websocket';
        const tags: Tag[] = isNative ? [...common, 'beats'] : [...common];
        const results = new Map<string, string>();

        before(async function () {
          this.timeout(240_000);
          requireOrSkip(this, engine);
          const id = `${engine}-${transport}`;
          const beats = isNative ? 'yes' : 'no';
          const query = {
            id,
            path,
            transport,
            beats,
            tags: tags.join(),
            millis: '60000',
          };
          const report = await reportFrom({ engine, front: front as Front, query, seconds: 200 });
          for (const line of report.split('\n')) {
            const [, name = '', problem = ''] = line.split('\t');
            results.set(name, problem);
          }
        });

        for (const name of casesOf(stompJs, tags)) {
          it(name, () => assert.equal(results.get(name) ?? 'no result', ''));
        }
      });
    }
  });
}
