import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type EngineName, run } from '../engines/engine.ts';
import { type Pages, startFront } from '../support/front.ts';
import { startGateway } from '../support/gateway.ts';
import { seedFromEnvironment } from '../support/random.ts';
import { requireOrSkip } from '../support/require-or-skip.ts';
import { type StompName, scenarioCode, stompSources } from '../support/stomp-shim/libraries.ts';
import { oddServer } from '../support/stomp-shim/odd-server.ts';

const names: readonly StompName[] = ['2.3.3', '2.3.4-next', 'the fork'];
const pageCode = readFileSync(new URL('../support/stomp-shim/page.js', import.meta.url), 'utf8');

/** Scenarios of the unrepaired library that go wrong in every engine, and in JScript besides. */
const wrong: Record<string, { everywhere: string[]; jscript: string[] }> = {
  '2.3.3': {
    everywhere: ['frame split over three messages', 'NUL in a body with content-length'],
    jscript: [],
  },
  '2.3.4-next': {
    everywhere: ['NUL in a body with content-length'],
    jscript: ['one frame per message', 'two frames in one message', 'frame split over three messages'],
  },
  'the fork': {
    everywhere: ['frame split over three messages', 'NUL in a body with content-length'],
    jscript: ['two frames in one message', 'split just before NUL'],
  },
};

function pages(transports: string): Pages {
  const libraries = names.map((name, at) => [`/_test/library-${at}.js`, stompSources[name]] as const);
  const tags = names.map(
    (name, at) => `<script src="/_test/library-${at}.js"></script>
<script>libraries.push({ name: '${name}', Stomp: window.Stomp }); window.Stomp = undefined;</script>`,
  );
  return {
    ...Object.fromEntries(libraries.map(([path, source]) => [path, () => source])),
    '/_test/scenarios.js': () => scenarioCode,
    '/_test/page.js': () => pageCode,
    '/_test/page.html':
      () => `<!DOCTYPE html><html><head><meta charset="utf-8"><title>STOMP</title></head><body>
<script src="/shim/websocket.min.js" data-transports="${transports}"></script>
<script>var libraries = [];</script>
${tags.join('\n')}
<script src="/_test/scenarios.js"></script>
<script src="/_test/page.js"></script>
</body></html>`,
  };
}

const engines: readonly { engine: EngineName; transport: string; jscript: boolean }[] = [
  { engine: 'chromium', transport: 'websocket', jscript: false },
  { engine: 'phantomjs-1.9', transport: 'xhr-streaming', jscript: false },
  { engine: 'wine-jscript-ie6', transport: 'xhr-polling', jscript: true },
  { engine: 'wine-jscript-ie8', transport: 'xhr-polling', jscript: true },
];

for (const { engine, transport, jscript } of engines) {
  describe(`STOMP libraries with the shipped shim, in ${engine} over ${transport}`, function () {
    this.timeout(120_000);
    /** What the page found, as `before|talk|after`, library, and a scenario with what went wrong in it. */
    let results: string[][];
    /** What the server saw, by session. */
    const seen: Record<string, string[]> = {};

    before(async function () {
      requireOrSkip(this, engine);
      const seed = seedFromEnvironment();
      console.log(`      FAULT_SEED=${seed}`);
      const server = oddServer(seed, (session, what) => {
        seen[session] = [...(seen[session] ?? []), what];
      });
      const gateway = await startGateway({}, (it) => it.route('/odd', server));
      const front = await startFront(gateway.port, pages(transport));
      try {
        const url = `http://127.0.0.1:${front.port}/_test/page.html?${engine}`;
        const { output } = await run(engine, url, { seconds: 90 });
        const report = front.report(engine);
        assert.ok(report, `no report; the engine said: ${output}`);
        results = report.split('\n').map((line) => line.split('\t'));
      } finally {
        await front.close();
        await gateway.close();
      }
    });

    const told = (what: string, name: string): string[] =>
      results.filter((line) => line[0] === what && line[1] === name).map((line) => line[2] ?? '');

    for (const name of names) {
      it(`${name} has by itself the defects it is known for`, () => {
        const { everywhere, jscript: more } = wrong[name] as { everywhere: string[]; jscript: string[] };
        const bad = told('before', name)
          .filter((line) => line.includes(' # '))
          .map((line) => line.split(' # ')[0]);
        for (const scenario of everywhere) assert.ok(bad.includes(scenario), scenario);
        for (const scenario of more.filter((one) => !everywhere.includes(one)))
          assert.equal(bad.includes(scenario), jscript, scenario);
      });

      it(`${name} is repaired in every scenario`, () => {
        const after = told('after', name);
        assert.ok(after.length > 15);
        assert.deepEqual(
          after.filter((line) => line.includes(' # ')),
          [],
        );
      });

      it(`${name} holds a conversation in pieces, pairs of surrogates and all`, () => {
        assert.deepEqual(told('talk', name), ['same,same']);
        const session = `${names.indexOf(name) + 1}`;
        assert.deepEqual(seen[session], ['CONNECT', 'SUBSCRIBE', 'SEND', 'SEND', 'DISCONNECT', 'close']);
      });
    }
  });
}
