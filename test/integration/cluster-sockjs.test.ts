import assert from 'node:assert/strict';
import { SockJsRequests } from '../support/clients/sockjs.ts';
import { startCluster, type TestCluster } from '../support/cluster/gateways.ts';

/** Its clients make up the ids of their sessions, so an id names no node. */
describe('SockJS of a gateway of three nodes', () => {
  let cluster: TestCluster;
  let at: SockJsRequests[];

  before(async () => {
    cluster = await startCluster({
      count: 3,
      routes: ['/echo=echo:'],
      sockjs: {},
      maxMessage: 4 * 1024 ** 2,
    });
    at = cluster.nodes.map(({ port }) => new SockJsRequests(`http://127.0.0.1:${port}/echo`));
  });
  after(async () => {
    for (const requests of at) requests.close();
    await cluster.close();
  });

  const [a, b, c] = [0, 1, 2].map((index) => () => at[index] as SockJsRequests) as [
    () => SockJsRequests,
    () => SockJsRequests,
    () => SockJsRequests,
  ];

  it('finds a session by its address, whichever node a request comes to', async () => {
    for (let run = 0; run < 6; run++) {
      const session = a().session();
      assert.equal((await a().post(`${session}/xhr`)).body, 'o\n');
      assert.equal((await b().post(`${session}/xhr_send`, '["one"]')).status, 204);
      assert.equal((await c().post(`${session}/xhr`)).body, 'a["one"]\n');
      assert.equal((await c().post(`${session}/xhr_send`, '["two"]')).status, 204);
      assert.equal((await a().post(`${session}/xhr`)).body, 'a["two"]\n');
    }
  });

  it('streams through another node', async () => {
    const session = a().session();
    assert.equal((await a().post(`${session}/xhr`)).body, 'o\n');
    const stream = await b().open('GET', `${session}/eventsource`);
    await c().post(`${session}/xhr_send`, '["one"]');
    await stream.expect('\r\ndata: a["one"]\r\n\r\n');
    stream.close();
  });

  it('passes on a message that is longer than a frame of the link', async () => {
    const session = a().session();
    assert.equal((await a().post(`${session}/xhr`)).body, 'o\n');
    const long = 'x'.repeat(3 * 1024 ** 2);
    const answers = await Promise.all(at.map((requests) => requests.post(`${session}/xhr_send`, '["y"]')));
    assert.equal(answers.filter(({ status }) => status === 204).length, 3);
    assert.match((await c().post(`${session}/xhr`)).body, /^a\["y"/);
    assert.equal((await b().post(`${session}/xhr_send`, JSON.stringify([long]))).status, 204);
    let came = '';
    while (!came.includes(long)) came += (await c().post(`${session}/xhr`)).body;
  });

  it('refuses messages for a session that no node has', async () => {
    assert.equal((await b().post(`${b().session()}/xhr_send`, '["one"]')).status, 404);
  });
});
