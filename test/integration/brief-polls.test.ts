import assert from 'node:assert/strict';
import type { GatewaySocket } from '../../gateway/index.ts';
import { type Answer, FallbackClient } from '../support/clients/fallback-client.ts';
import { startGateway } from '../support/servers/gateway.ts';

/** Polls that are not held, of pages that rest (PROTOCOL.md §6.6), as the gateway serves them. */
describe('a poll that is not held', () => {
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let client: FallbackClient;
  /** The backends' ends of sessions, by the text they were sent first. */
  const peers = new Map<string, GatewaySocket>();

  before(async () => {
    gateway = await startGateway({}, (made) =>
      made.route('/push', (socket) => {
        socket.once('message', (name) => peers.set(String(name), socket));
      }),
    );
    client = new FallbackClient(gateway.port);
  });
  after(async () => {
    client.close();
    await gateway.close();
  });

  async function push(name: string): Promise<{ token: string; socket: GatewaySocket }> {
    const token = await client.create('/push');
    await client.post('send', token, `#1␞T${name}␞`, '/push');
    return { token, socket: peers.get(name) as GatewaySocket };
  }

  const poll = (token: string, body: string, action = 'xhr-polling'): Promise<Answer> =>
    client.post(action, token, body, '/push');

  it('is offered by the route', async () => {
    const answer = await client.ask('/push/_fallback/v1/create', {
      headers: { Origin: client.origin },
      body: `nonce=brief-polls-offer-1&url=/push&origin=${encodeURIComponent(client.origin)}`,
    });
    const carriers = new URLSearchParams(answer.body).get('carriers') ?? '';
    assert.ok(carriers.split(',').includes('rest'), carriers);
  });

  it('is answered at once with the position alone, where there is nothing', async () => {
    const { token } = await push('nothing');
    assert.equal((await poll(token, 'D1,0,r␞')).body, 'A1␞#1␞');
    assert.equal((await poll(token, 'D2,0,r␞')).body, 'A1␞#1␞');
  });

  it('brings what came since, and after that the session has no downstream', async () => {
    const { token, socket } = await push('something');
    await poll(token, 'D1,0,r␞');
    socket.send('one');
    socket.send('two');
    assert.equal((await poll(token, 'D2,0,r␞')).body, 'A1␞#1␞Tone␞Ttwo␞');
    socket.send('three');
    assert.equal((await poll(token, 'D3,2␞')).body, 'A1␞#3␞Tthree␞', 'a held one gets what came between');
  });

  it('takes over from one that is held, which ends', async () => {
    const { token } = await push('held');
    const held = poll(token, 'D1,0␞');
    // In this order also if the second is the first to arrive: then its number is the higher one.
    const brief = poll(token, 'D2,0,r␞');
    assert.equal((await brief).body, 'A1␞#1␞');
    assert.equal((await held).body, 'Es␞');
  });

  it('brings a long message, although it is encoded in several turns', async () => {
    const { token, socket } = await push('long');
    const text = 'x'.repeat(3_000_000);
    socket.send(text);
    let received = 0;
    let content = '';
    for (let n = 1; content.length < text.length; n++) {
      assert.ok(n < 60, 'it comes by and by');
      const { body } = await poll(token, `D${n},${received},r␞`);
      for (const frame of body.split('␞'))
        if (/^t/i.test(frame)) {
          content += frame.slice(1);
          received++;
        }
    }
    assert.equal(content, text);
  });

  it('of several sessions is answered with what each has', async () => {
    const [a, b] = [await push('a'), await push('b')];
    b.socket.send('for b');
    const shared = await poll(a.token, `D1,0,r␞S1,${b.token},1,0␞`);
    assert.equal(shared.body, 'A1␞#1␞S1␞A1␞#1␞Tfor b␞');
    const none = await poll(a.token, `D2,0,r␞S1,${b.token},2,1␞`);
    assert.equal(none.body, 'A1␞#1␞S1␞A1␞#2␞');
  });

  it('is malformed as a stream', async () => {
    const { token } = await push('stream');
    assert.equal((await poll(token, 'D1,0,r␞', 'xhr-streaming')).status, 400);
  });
});
