import type { EngineName } from '../engines/engine.ts';
import { startProgram } from '../support/servers/gateway-program.ts';
import { stompClientsIn } from '../support/stomp/clients/in-engine.ts';
import { stompLibraries, type Tag } from '../support/stomp/clients/libraries.ts';

/**
 * The two that keep to the language of 2000; the others need an engine of today, whatever a shim
 * does.
 */
const old = stompLibraries.filter(({ face }) => face === 'classic');

const all: readonly Tag[] = ['talk', 'over', 'large', 'bytes', 'binary'];

const runs: readonly { engine: EngineName; transport: string; tags: readonly Tag[] }[] = [
  { engine: 'chromium', transport: 'websocket', tags: [...all, 'beats'] },
  { engine: 'chromium', transport: 'eventsource', tags: all },
  { engine: 'qtwebengine-5.7', transport: 'websocket', tags: [...all, 'beats'] },
  { engine: 'cef-57', transport: 'eventsource', tags: all },
  { engine: 'javafx-14', transport: 'xhr-polling', tags: all },
  { engine: 'phantomjs-1.9', transport: 'xhr-streaming', tags: all },
  { engine: 'khtml', transport: 'xhr-polling', tags: all },
  ...(['ie6', 'ie8', 'ie9', 'ie11'] as const).map(
    (ie) => ({ engine: `wine-jscript-${ie}`, transport: 'xhr-polling', tags: ['talk', 'over'] }) as const,
  ),
];

/** Real libraries, the shipped shim, the shipped gateway and its own broker, in real engines. */
describe('STOMP clients in', () => {
  let gateway: Awaited<ReturnType<typeof startProgram>>;

  before(async () => {
    gateway = await startProgram(['--route', '/stomp=stomp:', '--log-level', 'silent']);
  });
  after(() => gateway.close());

  for (const { engine, transport, tags } of runs) {
    describe(`${engine}, over ${transport}`, () => {
      const libraries = engine === 'chromium' ? stompLibraries : old;
      stompClientsIn({ engine, transport, libraries, tags, gatewayPort: () => gateway.port });
    });
  }
});
