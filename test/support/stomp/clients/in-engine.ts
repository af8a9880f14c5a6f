import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { EngineName } from '../../../engines/engine.ts';
import { requireOrSkip } from '../../machine/require-or-skip.ts';
import { reportFrom } from '../../pages/report-from.ts';
import { type Pages, startFront } from '../../servers/front.ts';
import { casesOf, type StompLibrary, scenarioScript, sourceOf, type Tag } from './libraries.ts';

const pageScript = readFileSync(new URL('page.js', import.meta.url), 'utf8');

export interface EngineRun {
  readonly engine: EngineName;
  readonly transport: string;
  readonly libraries: readonly StompLibrary[];
  readonly tags: readonly Tag[];
  /** Port of a gateway whose `/stomp` leads to a broker. */
  readonly gatewayPort: () => number;
}

/**
 * The scenario in a real engine with the shipped shim. One page runs all cases of all libraries;
 * each case is a test here.
 */
export function stompClientsIn({ engine, transport, libraries, tags, gatewayPort }: EngineRun): void {
  const results = new Map<string, string>();

  before(async function () {
    this.timeout(360_000);
    requireOrSkip(this, engine);
    const front = await startFront(gatewayPort(), pages(transport, libraries));
    const id = `${engine}-${transport}`;
    const beats = transport === 'websocket' ? 'yes' : 'no';
    // Wine's MSXML never reports a broken connection. The shim's own timer repeats the request
    // after 31 s.
    const query = { id, path: '/stomp', tags: tags.join(), beats, millis: '60000' };
    try {
      const report = await reportFrom({ engine, front, query, seconds: 300 });
      for (const line of report.split('\n')) {
        const [library, name, problem = ''] = line.split('\t');
        results.set(`${library} ${name}`, problem);
      }
    } finally {
      await front.close();
    }
  });

  for (const library of libraries) {
    for (const name of casesOf(library, tags)) {
      it(`${library.name} ${name}`, () => {
        assert.equal(results.get(`${library.name} ${name}`) ?? 'no result', '');
      });
    }
  }
}

function pages(transport: string, libraries: readonly StompLibrary[]): Pages {
  const sources = libraries.map(
    (library, at) => [`/_test/library-${at}.js`, () => sourceOf(library)] as const,
  );
  const tags = libraries.map(({ name, global, face, tags: own }, at) => {
    const entry = `{ name: '${name}', global: '${global}', value: ${global}, face: '${face}', tags: '${own}' }`;
    return `<script src="/_test/library-${at}.js"></script>
<script>libraries.push(${entry});</script>`;
  });
  return {
    ...Object.fromEntries(sources),
    '/_test/scenario.js': () => scenarioScript,
    '/_test/page.js': () => pageScript,
    '/_test/page.html':
      () => `<!DOCTYPE html><html><head><meta charset="utf-8"><title>STOMP</title></head><body>
<script src="/shim/websocket.min.js" data-transports="${transport}"></script>
<script>var libraries = [];</script>
${tags.join('\n')}
<script src="/_test/test-page.js"></script>
<script src="/_test/scenario.js"></script>
<script src="/_test/page.js"></script>
</body></html>`,
  };
}
