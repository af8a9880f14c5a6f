import { conformanceIn } from '../conformance/in-engine.ts';
import type { EngineName } from '../engines/engine.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { type GatewayProgram, startProgram } from '../support/servers/gateway-program.ts';
import { websocketd } from '../support/servers/upstream-websocketd.ts';

const STREAMS = ['xhr-streaming', 'eventsource', 'xhr-polling'];
const runs: readonly { engine: EngineName; transports: readonly string[] }[] = [
  { engine: 'chromium', transports: ['websocket', ...STREAMS] },
  { engine: 'firefox', transports: ['websocket', ...STREAMS] },
  { engine: 'phantomjs-1.9', transports: STREAMS },
  { engine: 'wine-jscript-ie6', transports: ['xhr-polling'] },
];

/**
 * The same page as in `test/engines/conformance.test.ts`, which has a `ws` server behind the
 * gateway; here it is one for lines of text.
 */
describe('websocketd behind the gateway, in', () => {
  let lines: Awaited<ReturnType<typeof websocketd>>;
  let gateway: GatewayProgram;

  before(async function () {
    requireOrSkip(this, 'websocketd');
    lines = await websocketd('cat');
    gateway = await startProgram(['--route', `/lines=ws://127.0.0.1:${lines.port}`, '--log-level', 'silent']);
  });
  after(async () => {
    await gateway?.close();
    lines?.stop();
  });

  for (const { engine, transports } of runs) {
    for (const transport of transports) {
      describe(`${engine}, over ${transport}`, () => {
        conformanceIn({
          engine,
          transport,
          tags: ['lines', 'transport'],
          path: '/lines',
          gatewayPort: () => gateway.port,
          seconds: 60,
        });
      });
    }
  }
});
