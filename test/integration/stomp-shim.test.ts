import assert from 'node:assert/strict';
import type { EngineName } from '../engines/engine.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import type { Pages } from '../support/servers/front.ts';
import { libraryPages, libraryTags, names, oddResults, pageScript } from '../support/stomp/shim/in-engine.ts';
import { scenarioCode } from '../support/stomp/shim/libraries.ts';

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

const pages: Pages = {
  ...libraryPages,
  '/_test/scenarios.js': () => scenarioCode,
  '/_test/page.js': () => pageScript('page.js'),
  '/_test/page.html': (query) =>
    `<!DOCTYPE html><html><head><meta charset="utf-8"><title>STOMP</title></head><body>
<script src="/shim/websocket.min.js" data-transports="${query.get('transports')}"></script>
${libraryTags}
<script src="/_test/scenarios.js"></script>
<script src="/_test/test-page.js"></script>
<script src="/_test/page.js"></script>
</body></html>`,
};

const engines: readonly { engine: EngineName; transport: string; jscript: boolean }[] = [
  { engine: 'chromium', transport: 'websocket', jscript: false },
  { engine: 'phantomjs-1.9', transport: 'xhr-streaming', jscript: false },
  { engine: 'wine-jscript-ie6', transport: 'xhr-polling', jscript: true },
  { engine: 'wine-jscript-ie8', transport: 'xhr-polling', jscript: true },
];

for (const { engine, transport, jscript } of engines) {
  describe(`STOMP libraries with the shipped shim, in ${engine} over ${transport}`, function () {
    this.timeout(120_000);
    let results: Awaited<ReturnType<typeof oddResults>>;
    /** What the server saw, by session. */
    const seen: Record<string, string[]> = {};

    before(async function () {
      requireOrSkip(this, engine);
      results = await oddResults({
        engine,
        pages,
        query: { transports: transport },
        seconds: 90,
        seen: (session, what) => {
          seen[session] = [...(seen[session] ?? []), what];
        },
      });
    });

    for (const name of names) {
      it(`${name} has by itself the defects it is known for`, () => {
        const { everywhere, jscript: more } = wrong[name] as { everywhere: string[]; jscript: string[] };
        const bad = results('before', name)
          .filter((line) => line.includes(' # '))
          .map((line) => line.split(' # ')[0]);
        for (const scenario of everywhere) assert.ok(bad.includes(scenario), scenario);
        for (const scenario of more.filter((one) => !everywhere.includes(one)))
          assert.equal(bad.includes(scenario), jscript, scenario);
      });

      it(`${name} is repaired in every scenario`, () => {
        const after = results('after', name);
        assert.ok(after.length > 15);
        assert.deepEqual(
          after.filter((line) => line.includes(' # ')),
          [],
        );
      });

      it(`${name} holds a conversation in parts, surrogate pairs included`, () => {
        assert.deepEqual(results('talk', name), ['same,same']);
        const session = `${names.indexOf(name) + 1}`;
        assert.deepEqual(seen[session], ['CONNECT', 'SUBSCRIBE', 'SEND', 'SEND', 'DISCONNECT', 'close']);
      });
    }
  });
}
