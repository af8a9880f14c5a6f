import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { createBody, FallbackClient, frames } from '../support/clients/fallback-client.ts';
import { SockJsRequests } from '../support/clients/sockjs.ts';
import { startGateway } from '../support/servers/gateway.ts';

const OWN = { cookie: 'theme=dark; SID=her own; x=y' };
const THIEVES = [{ cookie: 'SID=his' }, { cookie: 'theme=dark' }, { cookie: 'XSID=her own' }, {}];

describe('a session bound to a cookie (--bind-session)', () => {
  let port: number;
  let client: FallbackClient;
  let close: () => Promise<void>;

  const start = async (bindSession: string | undefined): Promise<void> => {
    ({ port, close } = await startGateway({ routes: ['/echo=echo:'], ...(bindSession && { bindSession }) }));
    client = new FallbackClient(port);
  };

  afterEach(async () => {
    client.close();
    await close();
  });

  type Headers = Readonly<Record<string, string>>;

  const create = async (headers: Headers): Promise<string> => {
    const body = createBody({ url: '/echo', origin: client.origin });
    const path = '/echo/_fallback/v1/create';
    const answer = await client.ask(path, { headers: { 'x-fallback': 'create', ...headers }, body });
    assert.equal(answer.status, 200);
    return new URLSearchParams(answer.body).get('token') ?? '';
  };

  const post = (action: string, token: string, unit: string, headers: Headers) =>
    client.ask(`/echo/_fallback/v1/${action}`, { headers, body: `${token};${frames(unit)}` });

  it('is used by requests with the value it was opened with', async () => {
    await start('SID');
    const token = await create(OWN);
    assert.equal((await post('send', token, '#1␞Ta␞', OWN)).body, 'A1␞');
    const other = { cookie: 'SID=her own' };
    assert.match((await post('xhr-polling', token, 'D1,0␞', other)).body, /Ta␞$/);
  });

  it('does not exist for any other request', async () => {
    await start('SID');
    const token = await create(OWN);
    for (const headers of THIEVES) {
      for (const [action, unit] of [
        ['send', '#1␞Tstolen␞'],
        ['xhr-polling', 'D1,0␞'],
        ['xhr-streaming', 'D1,0␞'],
      ] as const) {
        const answer = await post(action, token, unit, headers);
        assert.deepEqual([answer.status, answer.body], [404, 'Eg␞']);
      }
      const events = await client.ask(`/echo/_fallback/v1/${token}/eventsource?d=1,0`, {
        method: 'GET',
        headers,
      });
      assert.equal(events.body, 'data:Eg␞\n\n');
      const url = `ws://127.0.0.1:${port}/echo/_fallback/v1/${token}/websocket`;
      const socket = new WebSocket(url, { headers });
      const [error] = (await once(socket, 'error')) as [Error];
      assert.match(error.message, /404/);
    }
    assert.match((await post('xhr-polling', token, 'D1,0␞#1␞Tmine␞', OWN)).body, /Tmine␞$/);
  });

  it('cannot be added to another session’s carrier', async () => {
    await start('SID');
    const hers = await create(OWN);
    const [his] = THIEVES;
    const mine = await create(his as Headers);
    const poll = await post('xhr-polling', mine, `D1,0␞S1,${hers},1,0␞#1␞Tstolen␞`, his as Headers);
    assert.match(poll.body, /Eg␞/);
    assert.doesNotMatch(poll.body, /stolen/);
  });

  it('may be bound to the absence of the cookie', async () => {
    await start('SID');
    const token = await create({});
    assert.equal((await post('send', token, '#1␞Ta␞', {})).status, 200);
    assert.equal((await post('send', token, '#2␞Tb␞', OWN)).status, 404);
  });

  it('of SockJS is found with its value only', async () => {
    await start('SID');
    const requests = new SockJsRequests(`http://127.0.0.1:${port}/echo`);
    const session = requests.session();
    assert.equal((await requests.post(`${session}/xhr`, '', OWN)).body, 'o\n');
    for (const headers of THIEVES) {
      assert.equal((await requests.post(`${session}/xhr_send`, '["stolen"]', headers)).status, 404);
      assert.equal((await requests.post(`${session}/xhr`, '', headers)).status, 404);
    }
    assert.equal((await requests.post(`${session}/xhr_send`, '["a"]', OWN)).status, 204);
    assert.equal((await requests.post(`${session}/xhr`, '', OWN)).body, 'a["a"]\n');
    requests.close();
  });

  it('is for any cookies where the option is not given', async () => {
    await start(undefined);
    const token = await create(OWN);
    for (const [index, headers] of THIEVES.entries()) {
      const answer = await post('send', token, `#${index + 1}␞Ta␞`, headers as Headers);
      assert.equal(answer.status, 200);
    }
  });
});
