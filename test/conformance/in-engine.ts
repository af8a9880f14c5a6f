import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Context } from 'mocha';
import type { EngineName } from '../engines/engine.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { reportFrom } from '../support/pages/report-from.ts';
import { type Pages, startFront } from '../support/servers/front.ts';
import { casesOf, scenario, type Tag } from './conformance.ts';

const script = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
const runner = script('page.js');
const questions = script('ask.js');

const ALL_CASES = new Set(casesOf(['local', 'lines', 'echo', 'commands', 'refuse', 'transport']));

/** A page that runs the scenario over the shipped shim, and one that asks the shim what it has. */
export const scenarioPages: Pages = {
  '/_test/scenario.js': () => scenario,
  '/_test/ask.js': () => questions,
  '/_test/page.js': () => runner,
  '/_test/never': () => undefined,
  '/_test/page.html': (query) =>
    `<!DOCTYPE html><html><head><meta charset="utf-8"><title>scenario</title></head><body>
${holding(Number(query.get('held')))}
<script src="${query.get('gateway')}/shim/websocket.min.js" data-transports="${query.get('transports')}"></script>
<script src="/_test/test-page.js"></script>
<script src="/_test/ask.js"></script>
<script src="/_test/scenario.js"></script>
<script src="/_test/page.js"></script>
</body></html>`,
};

/** Requests of the page's own without an answer: each holds one of the connections to the host. */
function holding(held: number): string {
  const requests = Array.from(
    { length: held },
    (_, at) =>
      `request = new XMLHttpRequest(); request.open('GET', '/_test/never?${at}', true); request.send();`,
  );
  return held === 0 ? '' : `<script>var request; ${requests.join(' ')}</script>`;
}

interface EnginePage {
  readonly engine: EngineName;
  /** Path of the route. */
  readonly path: string;
  readonly gatewayPort: () => number;
  /** The page is of another origin than the gateway, which has to allow it. */
  readonly crossOrigin?: boolean;
  readonly seconds?: number;
}

export interface EngineRun extends EnginePage {
  readonly transport: string;
  readonly tags: readonly Tag[];
  /**
   * Sockets that may fail before the first case: what the transport loads may come late on a
   * machine with much else to do. @default 0
   */
  readonly warmUp?: number;
  /** Cases that run at the same time, each on sockets of its own. @default 1 */
  readonly together?: number;
  /** Connections that the page holds with requests of its own. @default 0 */
  readonly held?: number;
  /** Cases that this engine cannot pass over this transport, and why. */
  readonly except?: Readonly<Record<string, string>>;
}

/** The one suite in a real engine: one page runs all cases, and each is a test here. */
export function conformanceIn({ transport, tags, ...more }: EngineRun): void {
  const { warmUp = 0, together = 1, held = 0, except = {}, ...page } = more;
  const unknown = Object.keys(except).find((name) => !ALL_CASES.has(name));
  if (unknown !== undefined) throw new Error(`no case "${unknown}" to leave out`);
  let results: Map<string, string>;

  before(async function () {
    const report = await reportOf(this, page, {
      transport,
      transports: transport,
      tags: tags.join(),
      without: Object.keys(except).join('|'),
      // Wine's MSXML never tells of a connection that broke; the shim's own timer repeats the
      // request after 31 s (`silence` / 2).
      millis: '70000',
      warmUp: String(warmUp),
      together: String(together),
      held: String(held),
    });
    results = resultsOf(report);
  });

  for (const name of casesOf(tags)) {
    if (name in except) continue;
    it(name, () => {
      assert.equal(results.get(name) ?? 'no result', '');
    });
  }
}

/** The transports that the shim has in an engine. */
export async function transportsIn(context: Context, page: EnginePage): Promise<string[]> {
  return (await reportOf(context, page, { ask: 'transports', transports: '' })).split(',');
}

/** The transport that it comes to rest on if it may choose. */
export function choiceIn(context: Context, page: EnginePage): Promise<string> {
  return reportOf(context, page, { ask: 'choice', transports: '' });
}

/** What a page says that has these parameters. */
async function reportOf(
  context: Context,
  { engine, path, gatewayPort, crossOrigin = false, seconds = 400 }: EnginePage,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  context.timeout(seconds * 1000 + 30_000);
  requireOrSkip(context, engine);
  const front = await startFront(gatewayPort(), scenarioPages);
  try {
    const gateway = crossOrigin ? `http://127.0.0.1:${front.port}` : '';
    const host = crossOrigin ? 'localhost' : '127.0.0.1';
    const query = { path, gateway, ...parameters };
    return await reportFrom({ engine, front, host, query, seconds });
  } finally {
    await front.close();
  }
}

function resultsOf(report: string): Map<string, string> {
  const lines = report.split('\n');
  return new Map(
    lines.map((line) => {
      const [, name = '', problem = ''] = /^(?:not )?ok ([^#]*?)(?: # (.*))?$/s.exec(line) ?? [];
      return [name, problem] as const;
    }),
  );
}
