import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { EngineName } from '../engines/engine.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import type { Pages } from '../support/servers/front.ts';
import { libraryPages, libraryTags, names, oddResults, pageScript } from '../support/stomp/shim/in-engine.ts';

const sockJs = readFileSync(
  new URL('../../node_modules/sockjs-client/dist/sockjs.min.js', import.meta.url),
  'utf8',
);

/**
 * sockjs-client 1 repairs `split` for the whole page; its versions before did not, and neither does
 * it here.
 */
const pages: Pages = {
  ...libraryPages,
  '/_test/sockjs.js': () => sockJs,
  '/_test/page.js': () => pageScript('sockjs-page.js'),
  '/_test/page.html':
    () => `<!DOCTYPE html><html><head><meta charset="utf-8"><title>STOMP over SockJS</title></head><body>
<script src="/shim/websocket.min.js"></script>
<script>
  var requests = [], split = String.prototype.split, OwnXMLHttpRequest = window.XMLHttpRequest;
  // Wine's MSXML crashes when an answer comes to a request that was collected.
  XMLHttpRequest = function () { var own = new OwnXMLHttpRequest(); requests.push(own); return own; };
</script>
<script src="/_test/sockjs.js"></script>
<script>String.prototype.split = split;</script>
${libraryTags}
<script src="/_test/test-page.js"></script>
<script src="/_test/page.js"></script>
</body></html>`,
};

/**
 * JScript before 5.9 drops empty parts where a regular expression splits. Versions of IE before 8
 * have no JSON, and no sockjs-client 1.
 */
const engines: readonly { engine: EngineName; jscript: boolean }[] = [
  { engine: 'chromium', jscript: false },
  { engine: 'phantomjs-1.9', jscript: false },
  { engine: 'wine-jscript-ie8', jscript: true },
];

for (const { engine, jscript } of engines) {
  describe(`STOMP libraries over SockJS, installed with the shim, in ${engine}`, function () {
    this.timeout(150_000);
    let results: Awaited<ReturnType<typeof oddResults>>;

    before(async function () {
      requireOrSkip(this, engine);
      results = await oddResults({ engine, pages, seconds: 120 });
    });

    it(`the engine ${jscript ? 'drops' : 'keeps'} what is empty behind the last NUL`, () => {
      const parts = jscript ? '0' : '2';
      for (const name of names) assert.deepEqual(results('split', name), [parts, parts]);
    });

    for (const name of names) {
      const isSound = name === '2.3.4-next' && !jscript;
      it(`${name} alone ${isSound ? 'can' : 'cannot'} hold a conversation in parts`, () => {
        assert.equal(results('before', name)[0] === 'same,same', isSound);
      });

      it(`${name} can when it was repaired`, () => {
        assert.deepEqual(results('after', name), ['same,same']);
      });
    }
  });
}
