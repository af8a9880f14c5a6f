import type { Tag } from '../conformance/conformance.ts';
import { conformanceIn, type EngineRun } from '../conformance/in-engine.ts';
import { startConformanceUpstream, type Upstream } from '../support/conformance-upstream.ts';
import { startProgram } from '../support/gateway.ts';

const ALL: readonly Tag[] = ['local', 'lines', 'echo', 'commands', 'refuse', 'transport'];
const STREAMS = ['xhr-streaming', 'eventsource', 'xhr-polling'];

/** Without forms the address is all there is: 150 characters or so a request. */
const TOO_LONG = 'thousands of requests';

const runs: readonly Pick<EngineRun, 'engine' | 'transport' | 'except'>[] = [
  ...['websocket', 'websocket-session', ...STREAMS].map(
    (transport) => ({ engine: 'chromium', transport }) as const,
  ),
  {
    engine: 'firefox',
    transport: 'websocket',
    except: {
      'fails when the server selects none of the subprotocols': "Firefox's own WebSocket opens all the same",
    },
  },
  ...['websocket-session', ...STREAMS].map((transport) => ({ engine: 'firefox', transport }) as const),
  // The shim passes over its own WebSocket, which speaks hixie-76: hixie.test.ts.
  ...STREAMS.map((transport) => ({ engine: 'phantomjs-1.9', transport }) as const),
  ...(['wine-jscript-ie6', 'wine-jscript-ie8'] as const).map((engine) => ({
    engine,
    transport: 'xhr-polling',
    except: {
      'ignores a binaryType that it does not know':
        'JScript before 5.9 has no accessors: it is a plain field',
    },
  })),
  ...(['wine-jscript-ie9', 'wine-jscript-ie11'] as const).map((engine) => ({
    engine,
    transport: 'xhr-polling',
  })),
  ...(['chromium', 'firefox', 'phantomjs-1.9'] as const).map((engine) => ({
    engine,
    transport: 'jsonp-polling',
  })),
  ...(['wine-jscript-ie6', 'wine-jscript-ie8', 'wine-jscript-ie9', 'wine-jscript-ie11'] as const).map(
    (engine) => ({
      engine,
      transport: 'jsonp-polling',
      except: {
        'carries 1 MiB of text': TOO_LONG,
        'carries 1 MiB of binary data': TOO_LONG,
        'carries every character of the basic plane': TOO_LONG,
        ...(/[68]$/.test(engine) && {
          'ignores a binaryType that it does not know':
            'JScript before 5.9 has no accessors: it is a plain field',
        }),
      },
    }),
  ),
];

/** The shipped gateway and the shipped, minified shim, in real engines. */
describe('a WebSocket through the gateway, in', () => {
  let upstream: Upstream;
  let gateway: Awaited<ReturnType<typeof startProgram>>;

  before(async () => {
    upstream = await startConformanceUpstream();
    gateway = await startProgram([
      '--route',
      `/upstream=ws://127.0.0.1:${upstream.port}`,
      '--log-level',
      'silent',
      '--jsonp',
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
        tags: ALL,
        path: '/upstream',
        gatewayPort: () => gateway.port,
        ...more,
      });
    });
  }
});
