import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { reportFrom } from '../support/pages/report-from.ts';
import { startConformanceUpstream, type Upstream } from '../support/servers/conformance-upstream.ts';
import { type Front, startFront } from '../support/servers/front.ts';
import { type GatewayProgram, startProgram } from '../support/servers/gateway-program.ts';
import { DIFFERENCES, RACES } from './socket-object/differences.ts';

const probes = readFileSync(new URL('socket-object/probes.js', import.meta.url), 'utf8');

type Answers = Readonly<Record<string, unknown>>;

/**
 * The page. Its script comes from another origin than the page, as it does in most pages: the
 * browser hides errors of such a script from `window.onerror`.
 */
function page(query: URLSearchParams): string {
  const transports = query.get('transports');
  const tag = `<script id="tag" src="http://localhost:${query.get('gateway')}/shim/websocket.min.js" data-gateway="${query.get('here')}" data-transports="${transports}"></script>`;
  return `<!DOCTYPE html><html><head><meta charset="utf-8"><title>probes</title></head><body>
${transports === '' ? '' : tag}
<script src="/_test/test-page.js"></script>
<script src="/_test/probes.js"></script>
</body></html>`;
}

describe('the socket object', function () {
  this.timeout(180_000);
  let upstream: Upstream;
  let gateway: GatewayProgram;
  let front: Front;

  before(async () => {
    upstream = await startConformanceUpstream();
    gateway = await startProgram([
      ...['--route', `/ws=ws://127.0.0.1:${upstream.port}`],
      ...['--log-level', 'silent', '--origin', '*'],
    ]);
    front = await startFront(gateway.port, {
      '/_test/page.html': page,
      '/_test/probes.js': () => probes,
    });
  });
  after(async () => {
    await front.close();
    await gateway.close();
    await upstream.close();
  });

  async function answers(engine: 'chromium' | 'firefox', transports: string): Promise<Answers> {
    const query = {
      id: `${engine} ${transports}`,
      transports,
      gateway: String(gateway.port),
      here: `127.0.0.1:${front.port}`,
      upstream: String(upstream.port),
    };
    return JSON.parse(await reportFrom({ engine, front, query, seconds: 100 })) as Answers;
  }

  for (const engine of ['chromium', 'firefox'] as const)
    describe(`in ${engine}`, () => {
      const namesOf = (list: typeof DIFFERENCES): string[] =>
        list.filter(([, , only = engine]) => only === engine).map(([name]) => name);
      const excepted = namesOf(DIFFERENCES);
      const races = namesOf(RACES);
      let native: Answers;

      before(async function () {
        requireOrSkip(this, engine);
        native = await answers(engine, '');
        assert.ok(Object.keys(native).length > 400);
      });

      for (const transport of ['websocket', 'xhr-streaming', 'xhr-polling'])
        it(`answers as the browser's own does, but for the differences that have a reason, over ${transport}`, async () => {
          const shim = await answers(engine, transport);
          const different = Object.keys(native).filter(
            (name) => !races.includes(name) && JSON.stringify(shim[name]) !== JSON.stringify(native[name]),
          );
          const unexpected = different.filter((name) => !excepted.includes(name));
          assert.deepEqual(answersTo(unexpected, shim), answersTo(unexpected, native));
          assert.deepEqual(different.toSorted(), excepted.toSorted(), 'no difference is listed that is none');
        });
    });
});

function answersTo(names: readonly string[], answers: Answers): Answers {
  return Object.fromEntries(names.map((name) => [name, answers[name]]));
}
