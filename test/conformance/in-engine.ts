import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type EngineName, run } from '../engines/engine.ts';
import { type Pages, startFront } from '../support/front.ts';
import { requireOrSkip } from '../support/require-or-skip.ts';
import { casesOf, scenario, type Tag } from './conformance.ts';

const runner = readFileSync(new URL('page.js', import.meta.url), 'utf8');

/** A page that runs the scenario over the shipped shim. */
export const scenarioPages: Pages = {
  '/_test/scenario.js': () => scenario,
  '/_test/page.js': () => runner,
  '/_test/page.html': (query) =>
    `<!DOCTYPE html><html><head><meta charset="utf-8"><title>scenario</title></head><body>
<script src="${query.get('gateway')}/shim/websocket.min.js" data-transports="${query.get('transports')}"></script>
<script src="/_test/scenario.js"></script>
<script src="/_test/page.js"></script>
</body></html>`,
};

export interface EngineRun {
  readonly engine: EngineName;
  readonly transport: string;
  readonly tags: readonly Tag[];
  /** Path of the route. */
  readonly path: string;
  readonly gatewayPort: () => number;
  /** The page is of another origin than the gateway, which has to allow it. */
  readonly crossOrigin?: boolean;
  readonly seconds?: number;
  /** Cases that run at the same time, each on sockets of its own. @default 1 */
  readonly together?: number;
  /** Cases that this engine cannot pass over this transport, and why. */
  readonly except?: Readonly<Record<string, string>>;
}

/** The one suite in a real engine: one page runs all cases, and each is a test here. */
export function conformanceIn({ engine, transport, tags, path, gatewayPort, ...more }: EngineRun): void {
  const { seconds = 150, together = 1, except = {}, crossOrigin = false } = more;
  const id = `${engine}${path.replaceAll('/', '-')}-${transport}-${tags.join('-')}`;
  let results: Map<string, string>;

  before(async function () {
    this.timeout(seconds * 1000 + 30_000);
    requireOrSkip(this, engine);
    const front = await startFront(gatewayPort(), scenarioPages);
    try {
      const query = new URLSearchParams({
        id,
        path,
        gateway: crossOrigin ? `http://127.0.0.1:${front.port}` : '',
        transport,
        transports: transport,
        tags: tags.join(),
        without: Object.keys(except).join('|'),
        // Wine's MSXML never tells of a connection that broke; the shim's own timer repeats the request after 31 s (`silence` / 2).
        millis: '40000',
        together: String(together),
      });
      const host = crossOrigin ? 'localhost' : '127.0.0.1';
      const { output } = await run(engine, `http://${host}:${front.port}/_test/page.html?${query}`, {
        seconds,
      });
      results = resultsOf(front.report(id));
      assert.ok(front.report(id), `no report; the engine said: ${output}`);
    } finally {
      await front.close();
    }
  });

  for (const name of casesOf(tags)) {
    if (name in except) continue;
    it(name, () => {
      assert.equal(results.get(name) ?? 'no result', '');
    });
  }
}

function resultsOf(report = ''): Map<string, string> {
  const lines = report.split('\n');
  return new Map(
    lines.map((line) => {
      const [, name = '', problem = ''] = /^(?:not )?ok ([^#]*?)(?: # (.*))?$/s.exec(line) ?? [];
      return [name, problem] as const;
    }),
  );
}
