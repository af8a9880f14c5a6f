import assert from 'node:assert/strict';
import type { GatewaySocket } from '../../gateway/index.ts';
import { type Answer, createBody, FallbackClient, frames } from '../support/clients/fallback-client.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { until } from '../support/until.ts';

/** Several sessions of one page on one carrier (PROTOCOL.md §10), as the gateway serves them. */
describe('a carrier for several sessions', () => {
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let client: FallbackClient;
  /** The backends' ends of sessions on `/push`, by the text they were sent first. */
  const pushes = new Map<string, GatewaySocket>();

  before(async () => {
    const routes = ['/echo=echo:', '/other=echo:'];
    gateway = await startGateway({ routes, origin: ['http://one.test', 'http://two.test'] }, (made) =>
      made.route('/push', (socket) => {
        socket.once('message', (name) => pushes.set(String(name), socket));
      }),
    );
    client = new FallbackClient(gateway.port);
  });
  after(async () => {
    for (const controller of open) controller.abort();
    client.close();
    await gateway.close();
  });

  /** A session whose backend is at hand, with a poll that took the acknowledgement behind it. */
  async function push(name: string): Promise<{ token: string; socket: GatewaySocket }> {
    const token = await client.create('/push');
    await client.post('send', token, `#1␞T${name}␞`, '/push');
    return { token, socket: pushes.get(name) as GatewaySocket };
  }

  const poll = (token: string, body: string): Promise<Answer> => client.post('xhr-polling', token, body);

  /** A stream, as far as it has come. */
  interface Shown {
    text: string;
    ended: boolean;
  }

  const open = new Set<AbortController>();

  function stream(path: string, init: RequestInit): Shown {
    const shown: Shown = { text: '', ended: false };
    const controller = new AbortController();
    open.add(controller);
    const read = async (): Promise<void> => {
      const response = await fetch(`${client.origin}${path}`, { ...init, signal: controller.signal });
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        shown.text += Buffer.from(chunk).toString('utf8').replaceAll('\x1e', '␞');
        // The padding at the beginning.
        shown.text = shown.text.replace(/^P *␞/, '');
      }
      shown.ended = true;
    };
    read().catch(() => {});
    return shown;
  }

  const xhrStream = (token: string, body: string): Shown =>
    stream('/push/_fallback/v1/xhr-streaming', { method: 'POST', body: `${token};${frames(body)}` });

  it('is a poll that is answered when one has something, with what all of them have', async () => {
    const tokens = [await client.create(), await client.create('/other'), await client.create()];
    await client.post('send', tokens[1] as string, '#1␞Tone␞', '/other');
    await client.post('send', tokens[2] as string, '#1␞Ttwo␞');
    const answer = await poll(tokens[0] as string, `D1,0␞S1,${tokens[1]},1,0␞S2,${tokens[2]},1,0␞`);
    assert.equal(answer.body, 'S1␞A1␞#1␞Tone␞S2␞A1␞#1␞Ttwo␞');
    assert.equal(answer.status, 200);
  });

  it('lets each session go on alone where the others had nothing', async () => {
    const [first, second] = [await client.create(), await client.create()];
    const waiting = poll(first, `D1,0␞S1,${second},1,0␞`);
    await client.post('send', second, '#1␞Tmine␞');
    assert.equal((await waiting).body, 'S1␞A1␞#1␞Tmine␞');
    await client.post('send', first, '#1␞Tyours␞');
    assert.equal((await poll(first, 'D2,0␞')).body, 'A1␞#1␞Tyours␞');
    assert.equal((await poll(second, 'D2,0␞')).body, 'A1␞#1␞Tmine␞');
  });

  it('takes frames of each session with the attach', async () => {
    const [first, second] = [await client.create(), await client.create()];
    const body = `D1,0␞#1␞Ta␞S1,${second},1,0␞#1␞Tb␞S0␞#2␞Tc␞S1␞#2␞Td␞`;
    assert.equal((await poll(first, body)).body, 'A2␞#1␞Ta␞Tc␞S1␞A2␞#1␞Tb␞Td␞');
  });

  it('is a poll that acknowledges what it brought of each session, also of those without a reply', async () => {
    const [a, b] = [await push('asks'), await push('listens')];
    const body = `D1,0␞#2␞Tquestion␞S1,${b.token},1,0␞#2␞Tword␞`;
    const answer = client.post('xhr-polling', a.token, body, '/push');
    a.socket.once('message', () => a.socket.send('reply'));
    assert.equal((await answer).body, 'A2␞#1␞Treply␞S1␞A2␞#1␞');
    const next = await client.post('xhr-polling', b.token, `D2,0␞S1,${a.token},2,1␞#3␞Tmore␞`, '/push');
    assert.equal(next.body, 'S1␞A3␞#2␞');
  });

  it('begins a stream with four bytes and more, though its position alone has three', async () => {
    const socket = client.stream(await client.create(), 'D1,0␞');
    socket.resume();
    let text = '';
    socket.on('data', (chunk) => {
      text += String(chunk).replaceAll('\x1e', '␞');
    });
    await until('the position', () => text.includes('#1␞'));
    const [, body = ''] = text.split('\r\n\r\n');
    assert.equal(body.replaceAll(/(^|\r\n)[0-9a-f]+\r\n|\r\n$/g, ''), 'P ␞#1␞');
  });

  it('is a stream that says of each frame whose it is', async () => {
    const [a, b] = [await push('a'), await push('b')];
    const shown = xhrStream(a.token, `D1,0␞S1,${b.token},1,0␞`);
    await until('both beginnings', () => shown.text === 'A1␞#1␞S1␞A1␞#1␞');
    for (const [socket, message] of [
      [b.socket, 'b1'],
      [b.socket, 'b2'],
      [a.socket, 'a1'],
      [b.socket, 'b3'],
    ] as const) {
      socket.send(message);
      await until(message, () => shown.text.endsWith(`T${message}␞`));
    }
    assert.equal(shown.text, 'A1␞#1␞S1␞A1␞#1␞Tb1␞Tb2␞S0␞#1␞Ta1␞S1␞#3␞Tb3␞');
  });

  it('goes on when one of the sessions has gone over to another carrier, and ends with the last', async () => {
    const [a, b] = [await push('c'), await push('d')];
    const shown = xhrStream(a.token, `D1,0␞S1,${b.token},1,0␞`);
    await until('both beginnings', () => shown.text === 'A1␞#1␞S1␞A1␞#1␞');
    const waiting = client.post('xhr-polling', a.token, 'D2,0␞', '/push');
    await until('the end of the first', () => shown.text.endsWith('S0␞Es␞'));
    b.socket.send('still');
    await until('the message', () => shown.text.endsWith('S1␞#1␞Tstill␞'));
    const second = client.post('xhr-polling', b.token, 'D2,1␞', '/push');
    await until('the end of the second', () => shown.text.endsWith('Es␞'));
    await until('the end of the stream', () => shown.ended);
    a.socket.send('x');
    b.socket.send('y');
    assert.equal((await waiting).body, 'A1␞#1␞Tx␞');
    assert.equal((await second).body, 'A1␞#2␞Ty␞');
  });

  it('goes on when one of the sessions is over', async () => {
    const [a, b] = [await push('e'), await push('f')];
    const shown = xhrStream(a.token, `D1,0␞S1,${b.token},1,0␞`);
    await until('both beginnings', () => shown.text === 'A1␞#1␞S1␞A1␞#1␞');
    await client.post('send', a.token, 'X␞', '/push');
    await until('the end of the first', () => shown.text.endsWith('S0␞Eg␞'));
    b.socket.close(4001, 'bye');
    await until('the close of the second', () => shown.text.endsWith('S1␞#1␞C4001,bye␞'));
    await client.post('send', b.token, 'A1␞', '/push');
    await until('its end', () => shown.text.endsWith('Eg␞'));
  });

  it('is an event source by parameters', async () => {
    const [first, second] = [await client.create(), await client.create('/other')];
    await client.post('send', second, '#1␞Tevent␞', '/other');
    const shown = stream(`/echo/_fallback/v1/${first}/eventsource?d=1,0&s=1,${second},1,0`, {});
    await until('the message', () => shown.text.includes('Tevent'));
    assert.equal(shown.text, 'data:#1␞\n\ndata:S1␞A1␞#1␞Tevent␞\n\n');
  });

  it('has a byte form, too', async () => {
    const [first, second] = [await client.create(), await client.create()];
    await client.post('send', second, '#1␞BAP8=␞');
    const answer = await fetch(`${client.origin}/echo/_fallback/v1/xhr-polling`, {
      method: 'POST',
      body: `${first};D1,0,b\x1eS1,${second},1,0\x1e`,
    });
    assert.equal(answer.headers.get('content-type'), 'application/octet-stream');
    const bytes = Buffer.from(await answer.arrayBuffer());
    assert.equal(bytes.toString('latin1'), 'S\x011A\x011#\x011B\x02\x00\xff');
  });

  describe('and what must not be', () => {
    it('answers an unknown token for that session alone', async () => {
      const [first, third] = [await client.create(), await client.create()];
      await client.post('send', third, '#1␞Tthird␞');
      const answer = await poll(first, `D1,0␞S1,nobody,1,0␞S2,${third},1,0␞`);
      assert.equal(answer.status, 200);
      assert.equal(answer.body, 'S1␞Eg␞S2␞A1␞#1␞Tthird␞');
    });

    it('knows a session of a page of another origin as little as an unknown one', async () => {
      const [mine, theirs] = [await createFor('http://one.test'), await createFor('http://two.test')];
      const answer = await client.ask('/echo/_fallback/v1/xhr-polling', {
        headers: { origin: 'http://one.test' },
        body: frames(`${mine};D1,0␞S1,${theirs},1,0␞`),
      });
      assert.deepEqual([answer.status, answer.body], [200, 'S1␞Eg␞']);
      await client.post('send', theirs, '#1␞Tx␞');
      assert.equal((await poll(theirs, 'D1,0␞')).body, 'A1␞#1␞Tx␞');
    });

    async function createFor(origin: string): Promise<string> {
      const answer = await client.ask('/echo/_fallback/v1/create', {
        headers: { origin },
        body: createBody({ origin }),
      });
      return new URLSearchParams(answer.body).get('token') ?? '';
    }

    it('is answered 404 where its first token is unknown, and attaches none of the others', async () => {
      const second = await client.create();
      const answer = await poll('nobody', `D1,0␞S1,${second},1,0␞`);
      assert.deepEqual([answer.status, answer.body], [404, 'Eg␞']);
      await client.post('send', second, '#1␞Tx␞');
      // Nobody attached it: the first attach is still to come, and gets what there is.
      assert.equal((await poll(second, 'D1,0␞')).body, 'A1␞#1␞Tx␞');
    });

    const malformed: Readonly<Record<string, (second: string) => string>> = {
      'a number that is not the next': (second) => `D1,0␞S2,${second},1,0␞`,
      'a number twice': (second) => `D1,0␞S1,${second},1,0␞S1,${second},1,0␞`,
      'the number of the first': (second) => `D1,0␞S0,${second},1,0␞`,
      'a number that was not attached': () => 'D1,0␞S1␞',
      'no attach of its own': (second) => `S1,${second},1,0␞`,
      'an attach number 0': (second) => `D1,0␞S1,${second},0,0␞`,
      'half an attach': (second) => `D1,0␞S1,${second}␞`,
      'an attach too much': (second) => `D1,0␞S1,${second},1,0␞D1,0␞`,
      'something behind the attach': (second) => `D1,0␞S1,${second},1,0,b␞`,
      'no token': () => 'D1,0␞S1,,1,0␞',
      'a message without position': (second) => `D1,0␞#1␞Tx␞S1,${second},1,0␞Ty␞`,
      'a message behind the selection of a session without position': (second) =>
        `D1,0␞#1␞Tx␞S1,${second},1,0␞S0␞Ty␞`,
      'an acknowledgement of what was not sent': (second) => `D1,0␞#1␞Tx␞S1,${second},1,7␞`,
    };
    for (const [name, body] of Object.entries(malformed)) {
      it(`refuses one with ${name}, and takes nothing of it`, async () => {
        const [first, second] = [await client.create(), await client.create()];
        assert.equal((await poll(first, body(second))).status, 400);
        assert.equal((await client.post('send', first, 'A0␞')).body, 'A0␞');
        assert.equal((await client.post('send', second, 'A0␞')).body, 'A0␞');
      });
    }

    it('takes 32 sessions and not one more', async () => {
      const tokens: string[] = [];
      while (tokens.length < 33) tokens.push(await client.create());
      const others = tokens.slice(1).map((token, i) => `S${i + 1},${token},1,0␞`);
      const body = `D1,0␞${others.join('')}`;
      const refused = await poll(tokens[0] as string, body);
      assert.deepEqual([refused.status, refused.body], [400, 'too many sessions on one carrier\n']);
      const waiting = poll(tokens[0] as string, body.slice(0, body.indexOf('S32')));
      await client.post('send', tokens[31] as string, '#1␞Tlast␞');
      assert.equal((await waiting).body, 'S31␞A1␞#1␞Tlast␞');
    });

    it('refuses hundreds of sessions in a query, too', async () => {
      const first = await client.create();
      const many = Array.from({ length: 200 }, (_, i) => `&s=${i + 1},${first},1,0`).join('');
      const path = `/echo/_fallback/v1/${first}/eventsource?d=1,0${many}`;
      assert.equal((await client.ask(path, { method: 'GET' })).status, 400);
    });

    it('has one session twice only as two attaches, of which the later stands', async () => {
      const { token, socket } = await push('g');
      const shown = xhrStream(token, `D1,0␞S1,${token},2,0␞`);
      await until('the end of the earlier', () => shown.text.includes('Es␞'));
      socket.send('once');
      await until('the message', () => shown.text.endsWith('Tonce␞'));
      assert.equal(shown.text, 'A1␞#1␞Es␞S1␞A1␞#1␞Tonce␞');
    });

    it('brings no session along over a carrier that its route does not offer', async () => {
      const other = await startGateway({ routes: ['/echo=echo:'], demo: true, jsonp: false });
      const page = new FallbackClient(other.port);
      try {
        // The demo's routes have JSONP, others only by option.
        const [first, second] = [await page.create('/demo/echo'), await page.create('/echo')];
        const over = (action: string) => {
          const body = encodeURIComponent(frames(`${first};D1,0␞S1,${second},1,0␞`));
          return page.ask(`/demo/echo/_fallback/v1/${action}?c=_fg7&b=${body}`, { method: 'GET' });
        };
        assert.match((await over('jsonp-polling')).body, /"S1(␞|\\u001e)Eg(␞|\\u001e)"/);
        await page.post('send', second, '#1␞Tx␞');
        assert.equal((await page.post('xhr-polling', second, 'D1,0␞')).body, 'A1␞#1␞Tx␞');
      } finally {
        page.close();
        await other.close();
      }
    });

    it('refuses to attach sessions with a send', async () => {
      const [first, second] = [await client.create(), await client.create()];
      assert.equal((await client.post('send', first, `S1,${second},1,0␞`)).status, 400);
    });
  });
});
