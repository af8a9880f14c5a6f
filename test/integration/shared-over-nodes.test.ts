import assert from 'node:assert/strict';
import { type Answer, createBody, FallbackClient, frames } from '../support/clients/fallback-client.ts';
import { type ClusterNode, startCluster, type TestCluster } from '../support/cluster/gateways.ts';
import { until } from '../support/until.ts';

/**
 * Sessions of two nodes on one carrier (PROTOCOL.md §10, §15). Shims that know the nodes of their
 * sessions make no such carrier; those of 0.1.0 do.
 */
describe('a carrier for sessions of several nodes', () => {
  let cluster: TestCluster;
  let a: FallbackClient;
  let b: FallbackClient;
  const open = new Set<AbortController>();

  beforeEach(async () => {
    cluster = await startCluster({ routes: ['/echo=echo:', '/other=echo:'] });
    [a, b] = cluster.nodes.map(({ port }) => new FallbackClient(port)) as [FallbackClient, FallbackClient];
  });
  afterEach(async () => {
    for (const controller of open) controller.abort();
    open.clear();
    a.close();
    b.close();
    await cluster.close();
  });

  /** A session that the node of that name owns. */
  async function sessionOn(name: string, path = '/echo'): Promise<string> {
    for (;;) {
      const body = createBody({ url: path, origin: a.origin, beside: '' });
      const headers = { 'X-Fallback': 'create' };
      const answer = await a.ask(`${path}/_fallback/v1/create`, { body, headers });
      const token = new URLSearchParams(answer.body).get('token') ?? assert.fail(answer.body);
      if (token.startsWith(`${name}.`)) return token;
      await say(token, 'X␞', path);
    }
  }

  const say = (token: string, text: string, path = '/echo'): Promise<Answer> =>
    b.post('send', token, text, path);

  const poll = (token: string, body: string): Promise<Answer> => b.post('xhr-polling', token, body);

  /** A stream, as far as it has come. */
  function stream(token: string, body: string): { text: string; ended: boolean } {
    const shown = { text: '', ended: false };
    const controller = new AbortController();
    open.add(controller);
    const read = async (): Promise<void> => {
      const address = `${a.origin}/echo/_fallback/v1/xhr-streaming`;
      const init = { method: 'POST', body: `${token};${frames(body)}`, signal: controller.signal };
      const response = await fetch(address, init);
      for await (const chunk of response.body as AsyncIterable<Uint8Array>)
        shown.text += Buffer.from(chunk).toString('utf8').replaceAll('\x1e', '␞');
      shown.ended = true;
    };
    read().catch(() => {});
    return shown;
  }

  it('is a poll that is answered when one of another node has something, also of another route', async () => {
    const [first, second] = [await sessionOn('a'), await sessionOn('b', '/other')];
    const waiting = poll(first, `D1,0␞S1,${second},1,0␞`);
    await say(second, '#1␞Tmine␞', '/other');
    assert.match((await waiting).body, /^S1␞(A1␞)?#1␞Tmine␞$/);
    await say(first, '#1␞Tyours␞');
    const answer = await poll(first, `D2,0␞S1,${second},2,1␞`);
    assert.match(answer.body, /^(A1␞)?#1␞Tyours␞$/);
  });

  it('has a byte form, too', async () => {
    const [first, second] = [await sessionOn('b'), await sessionOn('a')];
    await say(first, '#1␞BAAE=␞');
    await say(second, '#1␞BAgM=␞T\u20ac␞');
    // The first has something each time, as it is not acknowledged.
    const answer = await poll(first, `D1,0,b␞S1,${second},1,0␞`);
    assert.equal(
      answer.body.replaceAll('A\x011', '').replaceAll('A\x012', ''),
      '#\x011B\x02\x00\x01S\x011#\x011B\x02\x02\x03T\x03\u20ac',
    );
  });

  it('is a stream on which each has its position at once, and its end', async () => {
    const [first, second] = [await sessionOn('a'), await sessionOn('b')];
    const shown = stream(first, `D1,0␞S1,${second},1,0␞`);
    await until('both positions', () => /#1␞S1␞#1␞/.test(shown.text));
    await say(second, '#1␞Tone␞Ttwo␞C4001,bye␞');
    await until('the Close', () => /S1␞.*Tone␞.*Ttwo␞.*C4001,bye␞/.test(shown.text));
    await say(second, 'A3␞');
    await say(first, '#1␞Tstill␞');
    await until('the other', () => /S0␞.*Tstill␞/.test(shown.text));
    assert.equal(shown.ended, false);
    assert.doesNotMatch(shown.text, /E[rs]␞/);
  });

  it('ends for one whose token its node does not know, and goes on for the others', async () => {
    const first = await sessionOn('a');
    const shown = stream(first, `D1,0␞S1,b.${'x'.repeat(22)},1,0␞S2,nobody.${'x'.repeat(22)},1,0␞`);
    await until('Eg for the first', () => /S1␞Eg␞/.test(shown.text));
    await until('Eg for the second', () => /S2␞Eg␞/.test(shown.text));
    await say(first, '#1␞Tstill␞');
    await until('the other', () => /S0␞.*Tstill␞/.test(shown.text));
  });

  it('asks its client to attach again when a node is lost, and nothing is lost when it is back', async () => {
    const [first, second] = [await sessionOn('a'), await sessionOn('b')];
    const shown = stream(first, `D1,0␞S1,${second},1,0␞`);
    await until('both positions', () => /#1␞S1␞#1␞/.test(shown.text));
    cluster.network.cut('a', 'b');
    await until('Er', () => /Er␞/.test(shown.text));
    const again = stream(first, `D2,0␞S1,${second},2,0␞`);
    cluster.network.mend('a', 'b');
    await say(second, '#1␞Tback␞');
    await until('the message', () => /S1␞.*Tback␞/.test(again.text));
    assert.doesNotMatch(shown.text + again.text, /Eg␞/);
  });

  it('says after a second that a node is not to be had, and does not end its session', async () => {
    const [first, second] = [await sessionOn('a'), await sessionOn('b')];
    cluster.network.cut('a', 'b');
    const shown = stream(first, `D1,0␞S1,${second},1,0␞`);
    await until('Er', () => /S1␞Er␞/.test(shown.text));
    assert.doesNotMatch(shown.text, /Eg␞/);
    assert.match(shown.text, /#1␞/);
  });

  it('ends for the sessions of a node whose process has ended', async () => {
    const [first, second] = [await sessionOn('a'), await sessionOn('b')];
    cluster.network.crash('b');
    const answer = await a.post('xhr-polling', first, `D1,0␞S1,${second},1,0␞`);
    assert.equal(answer.body, 'S1␞Eg␞');
  });

  it('holds nothing when its client is gone', async () => {
    const [first, second] = [await sessionOn('a'), await sessionOn('b')];
    const shown = stream(first, `D1,0␞S1,${second},1,0␞`);
    await until('both positions', () => /#1␞S1␞#1␞/.test(shown.text));
    for (const controller of open) controller.abort();
    await say(first, 'X␞');
    // It has neither connections nor sessions nor requests under way then.
    a.close();
    await (cluster.nodes[0] as ClusterNode).gateway.retire();
  });
});
