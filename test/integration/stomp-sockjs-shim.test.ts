import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type EngineName, run } from '../engines/engine.ts';
import { type Pages, startFront } from '../support/front.ts';
import { startGateway } from '../support/gateway.ts';
import { seedFromEnvironment } from '../support/random.ts';
import { requireOrSkip } from '../support/require-or-skip.ts';
import { stompSources } from '../support/stomp-shim/libraries.ts';
import { oddServer } from '../support/stomp-shim/odd-server.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const sockJs = read('../../node_modules/sockjs-client/dist/sockjs.min.js');
const pageCode = read('../support/stomp-sockjs/page.js');

const names = ['2.3.3', '2.3.4-next', 'the fork'] as const;

const tags = names.map(
  (name, at) => `<script src="/_test/library-${at}.js"></script>
<script>libraries.push({ name: '${name}', Stomp: window.Stomp }); window.Stomp = undefined;</script>`,
);

/** sockjs-client 1 repairs `split` for the whole page; its versions before did not, and neither does it here. */
const pages: Pages = {
  ...Object.fromEntries(names.map((name, at) => [`/_test/library-${at}.js`, () => stompSources[name]])),
  '/_test/sockjs.js': () => sockJs,
  '/_test/page.js': () => pageCode,
  '/_test/page.html':
    () => `<!DOCTYPE html><html><head><meta charset="utf-8"><title>STOMP over SockJS</title></head><body>
<script src="/shim/websocket.min.js"></script>
<script>
  var libraries = [], requests = [], split = String.prototype.split, OwnXMLHttpRequest = window.XMLHttpRequest;
  // Wine's MSXML crashes when an answer comes to a request that was collected.
  XMLHttpRequest = function () { var own = new OwnXMLHttpRequest(); requests.push(own); return own; };
</script>
<script src="/_test/sockjs.js"></script>
<script>String.prototype.split = split;</script>
${tags.join('\n')}
<script src="/_test/page.js"></script>
</body></html>`,
};

/** JScript before 5.9 drops empty pieces where a regular expression splits. Versions of IE before 8 have no JSON, and no sockjs-client 1. */
const engines: readonly { engine: EngineName; jscript: boolean }[] = [
  { engine: 'chromium', jscript: false },
  { engine: 'phantomjs-1.9', jscript: false },
  { engine: 'wine-jscript-ie8', jscript: true },
];

for (const { engine, jscript } of engines) {
  describe(`STOMP libraries over SockJS, told to the shim, in ${engine}`, function () {
    this.timeout(150_000);
    let results: string[][];

    before(async function () {
      requireOrSkip(this, engine);
      const seed = seedFromEnvironment();
      console.log(`      FAULT_SEED=${seed}`);
      const gateway = await startGateway({}, (it) =>
        it.route(
          '/odd',
          oddServer(seed, () => {}),
        ),
      );
      const front = await startFront(gateway.port, pages);
      try {
        const url = `http://127.0.0.1:${front.port}/_test/page.html?${engine}`;
        const { output } = await run(engine, url, { seconds: 120 });
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

    it(`the engine ${jscript ? 'drops' : 'keeps'} what is empty behind the last NUL`, () => {
      const pieces = jscript ? '0' : '2';
      for (const name of names) assert.deepEqual(told('split', name), [pieces, pieces]);
    });

    for (const name of names) {
      const isSound = name === '2.3.4-next' && !jscript;
      it(`${name} alone ${isSound ? 'can' : 'cannot'} hold a conversation in pieces`, () => {
        assert.equal(told('before', name)[0] === 'same,same', isSound);
      });

      it(`${name} can when it was repaired`, () => {
        assert.deepEqual(told('after', name), ['same,same']);
      });
    }
  });
}
