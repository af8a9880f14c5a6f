import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Broker } from '../../gateway/stomp/broker/broker.ts';
import { StompListener } from '../../gateway/stomp/broker/listener.ts';
import { defaultBrokerOptions } from '../../gateway/stomp/broker/options.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { reportFrom } from '../support/pages/report-from.ts';
import { conformanceService, startConformanceUpstream } from '../support/servers/conformance-upstream.ts';
import { type Front, startFront } from '../support/servers/front.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { stompParts } from '../support/stomp/parts.ts';

const script = readFileSync(new URL('hixie/page.js', import.meta.url), 'utf8');
const pages = {
  '/_test/hixie.js': () => script,
  '/_test/hixie.html': () =>
    '<!DOCTYPE html><html><head><title>hixie</title></head><body><script src="/_test/test-page.js"></script><script src="/_test/hixie.js"></script></body></html>',
};

/** What the page says of one socket that echoes, whichever side closes it. */
const conversation = ['open', 'echoed 105', 'close'];
const twoConversations = [...conversation, 'open', 'echoed 105', 'the first ended with 1005 ', 'close'];

/**
 * Safari 5.1, iOS 4 and 5: the WebSocket of PhantomJS 1.9 speaks
 * draft-hixie-thewebsocketprotocol-76. No shim is loaded.
 */
describe('the own WebSocket of PhantomJS 1.9 holds a conversation', function () {
  this.timeout(90_000);
  const stops: (() => unknown)[] = [];
  let front: Front;

  before(async function () {
    requireOrSkip(this, 'phantomjs-1.9');
    const upstream = await startConformanceUpstream();
    const broker = new Broker(defaultBrokerOptions, stompParts());
    const listener = new StompListener(broker, stompParts());
    const stompPort = await listener.listen({ host: '127.0.0.1', port: 0 });
    const gateway = await startGateway(
      {
        routes: [
          { path: '/echo', backend: 'echo:' },
          { path: '/upstream', backend: `ws://127.0.0.1:${upstream.port}` },
          { path: '/broker', backend: 'stomp:' },
          { path: '/relay', backend: `stomp://127.0.0.1:${stompPort}` },
        ],
      },
      (added) => added.route('/handler', conformanceService()),
    );
    front = await startFront(gateway.port, pages);
    stops.push(
      () => upstream.close(),
      () => listener.close(),
      () => gateway.close(),
      () => front.close(),
    );
  });
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  async function talk(path: string, which: string): Promise<string[]> {
    const id = path.slice(1);
    const query = { id, path, talk: which };
    const visit = { engine: 'phantomjs-1.9', front, page: 'hixie.html', query, seconds: 60 } as const;
    const [engine, ...received] = (await reportFrom(visit)).split('\n');
    assert.equal(engine, 'a WebSocket of a draft');
    return received;
  }

  it('with echo:, and asks for a subprotocol', async () => {
    assert.deepEqual(await talk('/echo', 'echo'), [...conversation, ...conversation]);
  });

  it('with a WebSocket server, and either closes', async () => {
    assert.deepEqual(await talk('/upstream', 'commands'), twoConversations);
  });

  it('with a handler, and either closes', async () => {
    assert.deepEqual(await talk('/handler', 'commands'), twoConversations);
  });

  for (const [path, kind] of [
    ['/broker', 'the embedded broker'],
    ['/relay', 'a broker behind the relay'],
  ] as const) {
    it(`with ${kind}`, async () => {
      const received = await talk(path, 'stomp');
      assert.deepEqual(received, [
        'open',
        'CONNECTED',
        'RECEIPT',
        'MESSAGE',
        'grüße 😀\0',
        'RECEIPT',
        'close',
      ]);
    });
  }
});
