import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import { HIGH_WATER, type Link } from '../../gateway/cluster/link.ts';
import type { GatewaySocket } from '../../gateway/index.ts';
import { type Answer, createBody, frames } from '../support/clients/fallback-client.ts';
import { startCluster, type TestCluster } from '../support/cluster/gateways.ts';
import { ClusterClients, nodeOf, tokenOf } from '../support/cluster/sessions.ts';
import { Servers } from '../support/servers/upstreams.ts';
import { until } from '../support/until.ts';

/** Requests that come to another node than the owner of their session (PROTOCOL.md §15). */
describe('a node of a gateway of three', () => {
  const servers = new Servers();
  let cluster: TestCluster;
  let clients: ClusterClients;
  /** Backends' ends of sessions on `/handler`. */
  let sockets: GatewaySocket[];

  beforeEach(async () => {
    sockets = [];
    cluster = await startCluster({
      count: 3,
      routes: ['/echo=echo:'],
      origin: 'http://page.test',
      maxSessionsPerAddress: 10_000,
      maxConnectionsPerAddress: 10_000,
      prepare: (gateway) => gateway.route('/handler', (socket) => sockets.push(socket)),
    });
    clients = new ClusterClients(cluster);
  });
  afterEach(async () => {
    clients.close();
    await cluster.close();
    servers.stopAll();
  });

  const names = ['a', 'b', 'c'];

  describe('places a new session', () => {
    it('where the nonce leads, whichever node gets the create', async () => {
      const owners = new Set<string>();
      for (let run = 0; run < 20; run++) {
        const nonce = randomBytes(12).toString('hex');
        const answers = await Promise.all(names.map((name) => clients.create(name, { nonce })));
        assert.equal(new Set(answers.map(tokenOf)).size, 1);
        owners.add(nodeOf(tokenOf(answers[0] as Answer)));
      }
      assert.equal(owners.size, 3);
    });

    it('once, for a thousand creates that are repeated at three nodes at the same time', async () => {
      const opened = sockets.length;
      const tokens = new Set<string>();
      for (let batch = 0; batch < 20; batch++) {
        const nonces = Array.from({ length: 50 }, () => randomBytes(12).toString('hex'));
        const sent = nonces.flatMap((nonce) =>
          names.map((name) => clients.create(name, { nonce }, '/handler')),
        );
        for (const answer of await Promise.all(sent)) tokens.add(tokenOf(answer));
      }
      assert.deepEqual([tokens.size, sockets.length - opened], [1_000, 1_000]);
    });

    it('where it is already, if the node that was chosen finds it at the one that got the repeat', async () => {
      // The nonce leads to another node once there is a third one that takes sessions.
      const nonces = Array.from({ length: 40 }, () => randomBytes(12).toString('hex'));
      const first = await Promise.all(nonces.map((nonce) => clients.create('a', { nonce })));
      await cluster.add('d');
      await until('the new node', () => cluster.network.reaches('a', 'd'));
      await new Promise((resolve) => setTimeout(resolve, 20));
      const repeats = await Promise.all(
        nonces.map((nonce, at) => clients.create(nodeOf(tokenOf(first[at] as Answer)), { nonce })),
      );
      assert.deepEqual(repeats.map(tokenOf), first.map(tokenOf));
    });

    it('and names its owner before the end of the answer', async () => {
      const answer = await clients.create('a');
      assert.match(answer.body, new RegExp(`&node=${nodeOf(tokenOf(answer))}&end=1$`));
    });

    it('beside the session that the page has, also where that node takes no others', async () => {
      const token = await clients.sessionOn('b');
      void clients.node('b').gateway.retire();
      await new Promise((resolve) => setImmediate(resolve));
      for (const name of ['a', 'c']) {
        const more = await clients.create(name, { beside: token });
        assert.equal(nodeOf(tokenOf(more)), 'b');
      }
      for (let run = 0; run < 10; run++) {
        assert.notEqual(nodeOf(tokenOf(await clients.create('a'))), 'b');
      }
    });

    it('elsewhere if there is no such node any more', async () => {
      const answer = await clients.create('a', { beside: 'other.0123456789abcdef' });
      assert.equal(answer.status, 200);
    });

    it('with all others of its page, for a shim that does not say which it has', async () => {
      const owners = new Set<string>();
      for (let run = 0; run < 9; run++) {
        const origin = 'http://page.test';
        const client = clients.at(names[run % 3] as string);
        const body = createBody({ url: '/echo', origin });
        const answer = await client.ask('/echo/_fallback/v1/create', { headers: { origin }, body });
        owners.add(nodeOf(tokenOf(answer)));
      }
      assert.equal(owners.size, 1);
    });
  });

  describe('passes on', () => {
    it('what is sent, and polls', async () => {
      const token = await clients.sessionOn('a');
      assert.equal((await clients.at('b').post('send', token, '#1␞Tone␞')).body, 'A1␞');
      const poll = await clients.at('c').post('xhr-polling', token, 'D1,0␞');
      assert.deepEqual([poll.status, poll.body], [200, 'A1␞#1␞Tone␞']);
      const later = clients.at('b').post('xhr-polling', token, 'D2,1␞');
      await clients.at('c').post('send', token, '#2␞Ttwo␞');
      assert.equal((await later).body, 'A2␞#2␞Ttwo␞');
    });

    it('frames in byte form', async () => {
      const token = await clients.sessionOn('a');
      const head = Buffer.from([1, token.length, ...Buffer.from(token)]);
      const unit = Buffer.concat([head, Buffer.from('#\x011B\x03\xff\x00\x1e', 'latin1')]);
      const sent = await clients.at('b').ask('/echo/_fallback/v1/send', { body: unit });
      assert.equal(sent.body, 'A1␞');
      const wanted = Buffer.concat([head, Buffer.from('D\x051,0,b', 'latin1')]);
      const poll = await clients.at('c').ask('/echo/_fallback/v1/xhr-polling', { body: wanted });
      assert.equal(poll.headers['content-type'], 'application/octet-stream');
      assert.equal(poll.body.slice(0, 8), 'A\x011#\x011B\x03');
    });

    for (const hint of ['a~/', 'b~/', 'c~/', 'nobody~/']) {
      it(`with the hint ${hint}, by the token`, async () => {
        const token = await clients.sessionOn('a');
        for (const name of names) {
          const path = `/echo/_fallback/v1/${hint}send`;
          const answer = await clients.at(name).ask(path, { body: frames(`${token};A0␞`) });
          assert.deepEqual([answer.status, answer.body], [200, 'A0␞']);
        }
      });
    }

    it('a script, and answers with a script', async () => {
      const token = await clients.sessionOn('a');
      const b = encodeURIComponent(frames(`${token};#1␞Tone␞`));
      const answer = await clients.at('b').ask(`/echo/_fallback/v1/send?c=_fg1&b=${b}`, { method: 'GET' });
      assert.equal(
        answer.body,
        '/**/typeof _fg1==="function"&&_fg1("A1\\u001e");'.replace('\\u001e', '\\u001e'),
      );
    });

    it('a form', async () => {
      const token = await clients.sessionOn('a');
      const field = encodeURIComponent(encodeURIComponent(frames(`${token};#1␞Tone␞`)));
      const answer = await clients.at('b').ask('/echo/_fallback/v1/send?f=1', { body: `b=${field}` });
      assert.deepEqual([answer.status, answer.body], [200, 'ok']);
      assert.equal((await clients.at('a').post('xhr-polling', token, 'D1,0␞')).body, 'A1␞#1␞Tone␞');
    });

    it('a wrapped request, and wraps a refusal', async () => {
      const token = await clients.sessionOn('a');
      const ask = (body: string): Promise<Answer> =>
        clients.at('b').ask('/echo/_fallback/v1/send?w=1', { body: frames(body) });
      assert.equal((await ask(`${token};#1␞Tone␞`)).body, 'A1␞');
      assert.equal((await ask(`${token};#x␞`)).body.slice(0, 4), '400;');
      const unknown = await ask(`a.unknown;A0␞`);
      assert.deepEqual([unknown.status, unknown.body], [200, '404;Eg␞']);
    });

    it('what the owner says about other origins', async () => {
      const token = await clients.sessionOn('a');
      const ask = (origin: string): Promise<Answer> =>
        clients.at('b').ask('/echo/_fallback/v1/send', { headers: { origin }, body: frames(`${token};A0␞`) });
      const foreign = await ask('http://page.test');
      assert.deepEqual([foreign.status, foreign.body], [404, 'Eg␞']);
      assert.equal(foreign.headers['access-control-allow-origin'], 'http://page.test');
      assert.equal((await ask('http://evil.test')).headers['access-control-allow-origin'], undefined);
    });

    it('a stream as it comes', async () => {
      const token = await clients.sessionOn('a');
      const stream = clients.at('b').stream(token, 'D1,0␞');
      let text = '';
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
      });
      await until('the position', () => text.includes('#1\x1e'));
      await clients.at('c').post('send', token, '#1␞Tone␞');
      await until('the message', () => text.includes('Tone\x1e'));
      assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
      assert.match(text, /x-accel-buffering: no\r\n/i);
    });

    it('a WebSocket', async () => {
      const token = await clients.sessionOn('a');
      const port = clients.node('b').port;
      const socket = new WebSocket(`ws://127.0.0.1:${port}/echo/_fallback/v1/a~/${token}/websocket`);
      const came: string[] = [];
      socket.on('message', (data) => came.push(String(data)));
      await new Promise((resolve) => socket.once('open', resolve));
      socket.send(frames('D1,0␞#1␞Tone␞'));
      await until('the echo', () => came.join('').includes('Tone'));
      socket.send(frames(`#2␞T${'x'.repeat(200_000)}␞`));
      await until('a long one', () => came.join('').split('x').length === 200_001);
      socket.close();
    });

    it('that a token is unknown to a node that lives', async () => {
      for (const [name, token] of [
        ['b', 'a.unknown'],
        ['a', 'a.unknown'],
      ] as const) {
        const answer = await clients.at(name).post('send', token, 'A0␞');
        assert.deepEqual([answer.status, answer.body], [404, 'Eg␞']);
        const events = await clients.get(name, token, 'eventsource', 'd=1,0');
        assert.deepEqual([events.status, events.body], [200, 'data:Eg␞\n\n']);
      }
    });

    it('nothing of a body over the bound', async () => {
      const token = await clients.sessionOn('a');
      const answer = await clients.at('b').post('send', token, `#1␞T${'x'.repeat(270_000)}␞`);
      assert.equal(answer.status, 413);
    });

    it('that the client is gone, so that the session can be attached anew', async () => {
      const token = await clients.sessionOn('a', '/handler');
      const stream = clients.at('b').stream(token, 'D1,0␞', '/handler');
      let text = '';
      stream.on('data', (chunk) => {
        text += String(chunk);
      });
      await until('the position', () => text.includes('#1'));
      stream.destroy();
      await new Promise((resolve) => setTimeout(resolve, 50));
      // Nothing is written to a carrier that is gone, so the message is there for the next.
      sockets.at(-1)?.send('later');
      const poll = await clients.at('c').post('xhr-polling', token, 'D2,0␞', '/handler');
      assert.equal(poll.body, '#1␞Tlater␞');
    });
  });

  describe('lets sessions of several nodes share a carrier', () => {
    it('that is a poll', async () => {
      const [first, second] = [await clients.sessionOn('a'), await clients.sessionOn('b')];
      const poll = (at: string, n: number, acks: readonly [number, number]): Promise<Answer> =>
        clients.at(at).post('xhr-polling', first, `D${n},${acks[0]}␞S1,${second},${n},${acks[1]}␞`);
      const waiting = poll('c', 1, [0, 0]);
      await clients.at('c').post('send', second, '#1␞Tmine␞');
      assert.equal((await waiting).body, 'S1␞A1␞#1␞Tmine␞');
      const again = poll('a', 2, [0, 1]);
      await clients.at('b').post('send', first, '#1␞Tyours␞');
      assert.equal((await again).body, 'A1␞#1␞Tyours␞');
    });

    it('that is a stream', async () => {
      const [first, second] = [await clients.sessionOn('a'), await clients.sessionOn('b')];
      let text = '';
      const stream = clients.at('c').stream(first, `D1,0␞S1,${second},1,0␞`);
      stream.on('data', (chunk: Buffer) => {
        text += chunk
          .toString('utf8')
          .replace(/\r\n[0-9a-f]+\r\n/g, '')
          .replaceAll('\x1e', '␞');
      });
      await until('both positions', () => text.split('#1␞').length === 3);
      const send = async (token: string, frame: string): Promise<void> => {
        await clients.at('c').post('send', token, frame);
      };
      await send(second, '#1␞Tone␞');
      await until('one', () => text.includes('Tone'));
      await send(first, '#1␞Ttwo␞');
      await until('two', () => text.includes('Ttwo'));
      await send(second, '#2␞Tthree␞');
      await until('three', () => text.includes('Tthree'));
      await send(second, '#3␞Tfour␞');
      await until('four', () => text.includes('Tfour'));
      // What a chunk has before it is its length; acknowledgements come when they come.
      const came = text.replaceAll(/\w*\r\n|A\d␞|P ␞/g, '');
      assert.match(came, /#1␞S1␞#1␞(?:#1␞)?Tone␞S0␞#1␞Ttwo␞S1␞#2␞Tthree␞(?:#3␞)?Tfour␞$/);
    });

    it('that is an EventSource, and ends a session there with its own end', async () => {
      const [first, second] = [await clients.sessionOn('a'), await clients.sessionOn('b')];
      let text = '';
      const path = `/echo/_fallback/v1/${first}/eventsource?d=1,0&s=1,${second},1,0`;
      const controller = new AbortController();
      const response = await fetch(`${clients.at('c').origin}${path}`, { signal: controller.signal });
      const reader = (async () => {
        for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
          text += Buffer.from(chunk).toString('utf8').replaceAll('\x1e', '␞');
        }
      })();
      await until('both positions', () => text.split('#1␞').length === 3);
      await clients.at('c').post('send', second, '#1␞C4001,bye␞');
      await until('the close', () => text.includes('C4001,bye␞'));
      await clients.at('c').post('send', first, '#1␞Tstill␞');
      await until('the other', () => text.includes('Tstill'));
      controller.abort();
      await assert.rejects(reader);
    });

    it('with a token that nobody knows answered as on one node', async () => {
      const first = await clients.sessionOn('a');
      for (const unknown of ['b.unknown', 'other.unknown', 'a.unknown']) {
        await clients.at('a').post('send', first, 'A0␞');
        const answer = await clients.at('c').post('xhr-polling', first, `D1,0␞S1,${unknown},1,0␞`);
        assert.match(answer.body, /S1␞E[gr]␞$/);
        if (unknown !== 'other.unknown') assert.equal(answer.body, 'S1␞Eg␞');
      }
    });

    it('over a route that the session of the other node has for itself', async () => {
      const [first, second] = [await clients.sessionOn('a'), await clients.sessionOn('b', '/handler')];
      const waiting = clients.at('c').post('xhr-polling', first, `D1,0␞S1,${second},1,0␞`);
      await until('the poll', () => sockets.length > 0);
      sockets.at(-1)?.send('pushed');
      assert.equal((await waiting).body, 'S1␞#1␞Tpushed␞');
    });

    it('until the client is gone, or a node is lost', async () => {
      const [first, second] = [await clients.sessionOn('a'), await clients.sessionOn('b')];
      let text = '';
      const stream = clients.at('a').stream(first, `D1,0␞S1,${second},1,0␞`);
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8').replaceAll('\x1e', '␞');
      });
      await until('both positions', () => text.split('#1␞').length === 3);
      cluster.network.cut('a', 'b');
      await until('Er', () => text.endsWith('Er␞\r\n'));
      cluster.network.mend('a', 'b');
      stream.destroy();
      await clients.at('c').post('send', second, '#1␞Tone␞');
      assert.equal((await clients.at('c').post('xhr-polling', second, 'D2,0␞')).body, 'A1␞#1␞Tone␞');
    });
  });

  it('holds a backend up while the client of another node does not read', async () => {
    const token = await clients.sessionOn('a', '/handler');
    const stream = clients.at('b').stream(token, 'D1,0␞', '/handler');
    stream.pause();
    const socket = sockets.at(-1) as GatewaySocket;
    const chunk = 'x'.repeat(65_536);
    let sent = 0;
    while (socket.bufferedAmount < 3_000_000 && sent < 400) {
      socket.send(chunk);
      sent++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    // Buffers of the system, a window on the link, and then the outbox.
    assert.ok(socket.bufferedAmount >= 3_000_000, `${sent} chunks, ${socket.bufferedAmount} bytes`);
    let read = 0;
    stream.on('data', (bytes: Buffer) => {
      read += bytes.length;
    });
    stream.resume();
    await until('what was held back', () => read > 500_000);
  });

  it('reads a WebSocket on, after the link was full', async () => {
    const token = await clients.sessionOn('a');
    const url = `ws://127.0.0.1:${clients.node('b').port}/echo/_fallback/v1/${token}/websocket`;
    const socket = new WebSocket(url);
    let text = '';
    socket.on('message', (data) => {
      text += String(data);
    });
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(frames('D1,0␞#1␞Tone␞'));
    await until('the echo', () => text.includes('Tone'));
    const link = cluster.network.find('b') as Link;
    cluster.network.hold();
    const frame = Buffer.alloc(HIGH_WATER - 10);
    frame[0] = 255; // No kind of this release.
    link.send('a', frame);
    socket.send(frames('#2␞Ttwo␞'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    cluster.network.release();
    socket.send(frames('#3␞Tthree␞'));
    await until('what was sent later', () => text.includes('Tthree'));
    socket.close();
  });

  it('asks all nodes whether a handshake is under way', async () => {
    const waiting: ((accepts: boolean) => void)[] = [];
    const port = await servers.webSocket(() => {}, {
      verifyClient: (_info, done) => waiting.push((accepts) => done(accepts, 403)),
    });
    const extra = await cluster.add('d', { routes: [`/ws=ws://127.0.0.1:${port}`] });
    await until('the new node', () => cluster.network.reaches('a', 'd'));
    const ask = async (): Promise<string> => (await clients.at('a').ask('/echo/_fallback/v1/upgrade')).body;
    assert.equal(await ask(), 'upgrade=none&end=1');
    const socket = new WebSocket(`ws://127.0.0.1:${extra.port}/ws`);
    socket.on('error', () => {});
    await until('the handshake', () => waiting.length > 0);
    assert.equal(await ask(), 'upgrade=pending&end=1');
    socket.terminate();
  });
});
