import assert from 'node:assert/strict';
import { request } from 'node:http';
import { WebSocket } from 'ws';
import { type Answer, frames } from '../support/clients/fallback-client.ts';
import { SockJsRequests } from '../support/clients/sockjs.ts';
import { startCluster, type TestCluster } from '../support/cluster/gateways.ts';
import { ClusterClients, nodeOf, tokenOf } from '../support/cluster/sessions.ts';
import { TestClock } from '../support/test-clock.ts';
import { until } from '../support/until.ts';

/** Longer than the time for which a request waits for a node. */
const GRACE = 1_001;

/** Events of the link come in the next turns of the event loop. */
const turns = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

/** A node that cannot be reached, and one that has ended (PROTOCOL.md §15). */
describe('a node whose clients come to another', () => {
  let clock: TestClock;
  let cluster: TestCluster;
  let clients: ClusterClients;

  beforeEach(async () => {
    clock = new TestClock();
    cluster = await startCluster({
      count: 3,
      routes: ['/echo=echo:'],
      sockjs: {},
      parts: { clock },
      attachTimeout: '10m',
      maxSessionsPerAddress: 1_000,
    });
    clients = new ClusterClients(cluster);
    // Every node has heard of the others since longer than the grace.
    clock.advance(60_000);
  });
  afterEach(async () => {
    clients.close();
    const ticking = setInterval(() => clock.advance(100), 1);
    await cluster.close();
    clearInterval(ticking);
  });

  const { network, node } = {
    network: () => cluster.network,
    node: (name: string) => clients.node(name),
  };

  /** A response that goes on, with its text so far. */
  async function stream(path: string, body?: string): Promise<{ text: string; isOver: boolean }> {
    const shown = { text: '', isOver: false };
    const method = body === undefined ? 'GET' : 'POST';
    const sent = request({ host: '127.0.0.1', port: node('b').port, path, method }, (response) => {
      response.on('data', (chunk: Buffer) => {
        shown.text += chunk.toString('utf8').replaceAll('\x1e', '␞');
      });
      response.on('end', () => {
        shown.isOver = true;
      });
    });
    sent.on('error', () => {});
    sent.end(body === undefined ? undefined : frames(body));
    await until('the stream', () => shown.text.includes('#1'));
    return shown;
  }

  describe('and is lost for a moment', () => {
    it('answers what was sent meanwhile, once it is back', async () => {
      const token = await clients.sessionOn('a');
      network().cut('a', 'b');
      await turns();
      const sent = clients.at('b').post('send', token, '#1␞Tone␞');
      await turns();
      network().mend('a', 'b');
      assert.equal((await sent).body, 'A1␞');
    });

    it('answers a poll that was under way, without loss and without doubling', async () => {
      const token = await clients.sessionOn('a');
      const poll = clients.at('b').post('xhr-polling', token, 'D1,0␞');
      await turns();
      network().cut('a', 'b');
      await turns();
      await clients.at('a').post('send', token, '#1␞Tone␞');
      network().mend('a', 'b');
      assert.equal((await poll).body, 'A1␞#1␞Tone␞');
    });

    const streams: readonly [string, (token: string) => [string, string?], string][] = [
      ['xhr-streaming', (token) => ['/echo/_fallback/v1/xhr-streaming', `${token};D1,0␞`], '#1␞Er␞'],
      ['xdr-streaming', (token) => ['/echo/_fallback/v1/xdr-streaming?w=1', `${token};D1,0␞`], '#1␞Er␞'],
      [
        'eventsource',
        (token) => [`/echo/_fallback/v1/${token}/eventsource?d=1,0`],
        'data:#1␞\n\ndata:Er␞\n\n',
      ],
      [
        'htmlfile',
        (token) => [`/echo/_fallback/v1/${token}/htmlfile?d=1,0`],
        '<script>p("#1\\u001e")</script>\r\n<script>p("Er\\u001e")</script>\r\n',
      ],
    ];
    for (const [name, ask, end] of streams) {
      it(`ends ${name} with Er in its form, which is no failure of the carrier`, async () => {
        const shown = await stream(...ask(await clients.sessionOn('a')));
        network().cut('a', 'b');
        await until('the end', () => shown.isOver);
        assert.equal(shown.text.slice(-end.length), end);
      });
    }

    it('ends a WebSocket with Er and 1000', async () => {
      const token = await clients.sessionOn('a');
      const url = `ws://127.0.0.1:${node('b').port}/echo/_fallback/v1/${token}/websocket`;
      const socket = new WebSocket(url);
      const came: string[] = [];
      let code: number | undefined;
      socket.on('message', (data) => came.push(String(data)));
      socket.on('close', (status) => {
        code = status;
      });
      socket.on('open', () => socket.send(frames('D1,0␞#1␞Tone␞')));
      await until('the echo', () => came.join('').includes('Tone'));
      network().cut('a', 'b');
      await until('the close', () => code !== undefined);
      assert.deepEqual([came.at(-1), code], [frames('Er␞'), 1000]);
    });

    it('loses the carriers of clients of the entry, so that the session waits for the next', async () => {
      const token = await clients.sessionOn('a');
      await stream('/echo/_fallback/v1/xhr-streaming', `${token};D1,0␞`);
      network().cut('a', 'b');
      await turns();
      await clients.at('a').post('send', token, '#1␞Tone␞');
      assert.equal((await clients.at('c').post('xhr-polling', token, 'D2,0␞')).body, 'A1␞#1␞Tone␞');
    });
  });

  describe('and stays lost', () => {
    it('is answered for with 503 after a second, and never with the end of the session', async () => {
      const token = await clients.sessionOn('a');
      network().cut('a', 'b');
      await turns();
      const answers = Promise.all([
        clients.at('b').post('send', token, 'A0␞'),
        clients.at('b').post('xhr-polling', token, 'D1,0␞'),
      ]);
      await turns();
      clock.advance(GRACE);
      for (const { status, headers, body } of await answers) {
        assert.deepEqual([status, headers['retry-after']], [503, '1']);
        assert.equal(body, 'this session cannot be reached now\n');
      }
      assert.equal((await clients.at('c').post('send', token, 'A0␞')).status, 200);
    });

    it('has streams begin and end with Er, in their form', async () => {
      const token = await clients.sessionOn('a');
      network().cut('a', 'b');
      await turns();
      const events = clients.get('b', token, 'eventsource', 'd=1,0');
      const text = clients.at('b').post('xhr-streaming', token, 'D1,0␞');
      await turns();
      clock.advance(GRACE);
      assert.deepEqual(
        [(await events).status, (await events).headers['content-type'], (await events).body],
        [200, 'text/event-stream; charset=utf-8', 'data:Er␞\n\n'],
      );
      assert.deepEqual([(await text).status, (await text).body], [200, 'Er␞']);
    });

    it('wraps the 503 for clients that see no status', async () => {
      const token = await clients.sessionOn('a');
      network().cut('a', 'b');
      await turns();
      const answer = clients.at('b').ask('/echo/_fallback/v1/send?w=1', { body: frames(`${token};A0␞`) });
      await turns();
      clock.advance(GRACE);
      assert.deepEqual(
        [(await answer).status, (await answer).body],
        [200, '503;this session cannot be reached now\n'],
      );
    });

    it('has a create answered 504, which the client repeats', async () => {
      const nonce = 'a-nonce-that-leads-somewhere';
      const owner = nodeOf(tokenOf(await clients.create('a', { nonce })));
      const entry = ['a', 'b', 'c'].find((name) => name !== owner) as string;
      // The request is under way when its owner is lost.
      network().hold();
      const again = clients.create(entry, { nonce });
      await turns();
      network().cut(owner, entry);
      network().release();
      await turns();
      clock.advance(GRACE);
      assert.equal((await again).status, 504);
    });

    it('does not get messages of SockJS a second time', async () => {
      const requests = cluster.nodes.map(({ port }) => new SockJsRequests(`http://127.0.0.1:${port}/echo`));
      const [a, b] = requests as [SockJsRequests, SockJsRequests];
      const session = a.session();
      assert.equal((await a.post(`${session}/xhr`)).body, 'o\n');
      assert.equal((await b.post(`${session}/xhr_send`, '["one"]')).status, 204);
      network().hold();
      const owner = cluster.nodes.map(({ name }) => name).filter((name) => name !== 'b');
      const sent = b.post(`${session}/xhr_send`, '["two"]');
      await turns();
      for (const name of owner) network().cut(name, 'b');
      network().release();
      const answer = await Promise.race([sent, turns().then(() => undefined)]);
      // It is the owner's own client where b has made the session.
      assert.ok(answer?.status === 503 || answer?.status === 204, String(answer?.status));
      for (const each of requests) each.close();
    });
  });

  describe('and has ended', () => {
    it('is answered for with the end of the session, at once', async () => {
      const token = await clients.sessionOn('a');
      network().crash('a');
      await turns();
      const answer = await clients.at('b').post('send', token, 'A0␞');
      assert.deepEqual([answer.status, answer.body], [404, 'Eg␞']);
      const events = await clients.get('c', token, 'eventsource', 'd=1,0');
      assert.deepEqual([events.status, events.body], [200, 'data:Eg␞\n\n']);
    });

    it('answers what waited with that, as soon as it is known', async () => {
      const token = await clients.sessionOn('a');
      const poll = clients.at('b').post('xhr-polling', token, 'D1,0␞');
      await turns();
      network().crash('a', false);
      await turns();
      const sent = clients.at('b').post('send', token, '#1␞Tone␞');
      await turns();
      network().gone('a');
      for (const answer of [await poll, await sent]) {
        assert.deepEqual([answer.status, answer.body], [404, 'Eg␞']);
      }
    });

    it('has a create under way made elsewhere', async () => {
      const nonce = 'a-nonce-that-leads-somewhere';
      const owner = nodeOf(tokenOf(await clients.create('a', { nonce })));
      const entry = ['a', 'b', 'c'].find((name) => name !== owner) as string;
      network().hold();
      const again = clients.create(entry, { nonce });
      await turns();
      network().crash(owner);
      network().release();
      await turns();
      clock.advance(251);
      assert.notEqual(nodeOf(tokenOf(await again)), owner);
    });
  });

  it('is not gone for a node that is cut off itself', async () => {
    const token = await clients.sessionOn('a');
    network().isolate('b');
    await turns();
    clock.advance(60_000);
    const ask = async (body: string): Promise<Answer> => {
      const answer = clients.at('b').ask('/echo/_fallback/v1/send', { body: frames(body) });
      await turns();
      clock.advance(GRACE);
      return answer;
    };
    assert.equal((await ask(`${token};A0␞`)).status, 503);
    // It has never heard of this one, and cannot know.
    assert.equal((await ask('other.0123456789abcdef;A0␞')).status, 503);
    network().rejoin('b');
    await turns();
    clock.advance(GRACE);
    assert.equal((await ask(`${token};A0␞`)).status, 200);
    assert.equal((await ask('other.0123456789abcdef;A0␞')).status, 404);
  });

  it('is waited for by a node that has just started', async () => {
    const late = await cluster.add('d');
    await turns();
    const client = new ClusterClients(cluster);
    const answer = client.at(late.name).post('send', 'other.0123456789abcdef', 'A0␞');
    await turns();
    clock.advance(GRACE);
    assert.equal((await answer).status, 404);
    client.close();
  });

  it('gets nothing of what its own clients are answered when it closes: they attach elsewhere', async () => {
    const token = await clients.sessionOn('a');
    const shown = await stream('/echo/_fallback/v1/xhr-streaming', `${token};D1,0␞`);
    void node('b').gateway.close(0);
    await until('the end', () => shown.isOver);
    assert.match(shown.text, /Er␞$/);
  });
});
