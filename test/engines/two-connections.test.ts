import { conformanceIn, type EngineRun } from '../conformance/in-engine.ts';
import { startConformanceUpstream, type Upstream } from '../support/servers/conformance-upstream.ts';
import { startProgram } from '../support/servers/gateway-program.ts';

/** Cases that run at the same time in one page, each on sockets of its own. */
const SOCKETS = 6;

const runs: readonly Pick<EngineRun, 'engine' | 'transport' | 'held' | 'except'>[] = [
  ...['xhr-streaming', 'eventsource', 'xhr-polling'].map(
    (transport) => ({ engine: 'firefox-2-connections', transport }) as const,
  ),
  {
    engine: 'wine-jscript-ie6',
    transport: 'xhr-polling',
    except: {
      'ignores a binaryType that it does not know':
        'JScript before 5.9 has no accessors: it is a plain field',
    },
  },
  { engine: 'htmlunit-ie7', transport: 'xhr-polling' },
  // They have six, and nothing to set: the page itself holds four of them.
  { engine: 'qtwebengine-5.7', transport: 'eventsource', held: 4 },
  { engine: 'cef-57', transport: 'xhr-streaming', held: 4 },
  { engine: 'qtwebengine-5.15', transport: 'xhr-polling', held: 4 },
];

/**
 * Two downstreams would take all connections, and no other request would ever be sent: so sockets
 * share one (PROTOCOL.md §10).
 */
describe(`${SOCKETS} sockets at a time on one page, with two connections to a host, in`, () => {
  let upstream: Upstream;
  let gateway: Awaited<ReturnType<typeof startProgram>>;

  before(async () => {
    upstream = await startConformanceUpstream();
    gateway = await startProgram([
      '--route',
      `/upstream=ws://127.0.0.1:${upstream.port}`,
      '--log-level',
      'silent',
      // HtmlUnit on a busy machine made its first poll after seven seconds, behind a megabyte.
      ...['--attach-timeout', '30s'],
    ]);
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
  });

  for (const { engine, transport, ...more } of runs) {
    describe(`${engine}, over ${transport}`, () => {
      conformanceIn({
        engine,
        transport,
        tags: ['lines', 'echo', 'commands', 'refuse', 'transport'],
        path: '/upstream',
        gatewayPort: () => gateway.port,
        together: SOCKETS,
        ...more,
      });
    });
  }
});
