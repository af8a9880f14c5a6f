import assert from 'node:assert/strict';
import type { Tag } from '../conformance/conformance.ts';
import { choiceIn, conformanceIn, transportsIn } from '../conformance/in-engine.ts';
import { startConformanceUpstream, type Upstream } from '../support/servers/conformance-upstream.ts';
import { startProgram } from '../support/servers/gateway-program.ts';
import { RUNS } from './runs.ts';

/** Only these engines, separated by commas. @default all */
const only = process.env.ENGINES?.split(',');

const ALL: readonly Tag[] = ['local', 'lines', 'echo', 'commands', 'refuse', 'transport'];

/** The shipped gateway and the shipped, minified shim, in real engines. */
describe('a WebSocket through the gateway, in', () => {
  let upstream: Upstream;
  let gateway: Awaited<ReturnType<typeof startProgram>>;

  before(async () => {
    upstream = await startConformanceUpstream();
    gateway = await startProgram([
      ...['--route', `/upstream=ws://127.0.0.1:${upstream.port}`],
      ...['--log-level', 'silent', '--jsonp', '--origin', '*'],
      // HtmlUnit on a busy machine made its first poll after six seconds, behind a megabyte in a
      // form.
      ...['--attach-timeout', '30s'],
    ]);
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
  });

  for (const { engine, transports, useless = {}, crossOrigin = [], picks, except } of RUNS) {
    if (only !== undefined && !only.includes(engine)) continue;
    const common = { engine, path: '/upstream', gatewayPort: () => gateway.port };
    for (const transport of transports) {
      describe(`${engine}, over ${transport}`, () => {
        conformanceIn({ ...common, transport, tags: ALL, except: except?.(transport) ?? {} });
      });
    }
    for (const transport of crossOrigin) {
      describe(`${engine}, over ${transport}, from another origin`, () => {
        conformanceIn({
          ...common,
          transport,
          tags: ALL,
          except: except?.(transport) ?? {},
          crossOrigin: true,
        });
      });
    }
    it(`${engine} by the shim's own choice: ${picks}`, async function () {
      assert.equal(await choiceIn(this, { ...common, seconds: 150 }), picks);
    });
    // edbrowse stops on a frame that never ends.
    if (engine === 'edbrowse') continue;
    it(`${engine}, which has no other transports`, async function () {
      const found = await transportsIn(this, { ...common, seconds: 150 });
      assert.deepEqual(found.toSorted(), [...transports, ...Object.keys(useless)].toSorted());
    });
  }
});
