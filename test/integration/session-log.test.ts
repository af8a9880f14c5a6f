import assert from 'node:assert/strict';
import { DOWNGRADES } from '../../gateway/base/downgrades.ts';
import { createLog } from '../../gateway/base/log.ts';
import { createGateway } from '../../gateway/index.ts';
import { FallbackClient } from '../support/clients/fallback-client.ts';
import { until } from '../support/until.ts';

type Fields = Readonly<Record<string, unknown>>;

describe('the log of a fallback session', () => {
  it('tells its whole life: opened, attached, moved and why, closed by whom, totals, and no secret', async () => {
    let text = '';
    const write = (line: string): void => {
      text += line;
    };
    const log = createLog({ level: 'debug', format: 'json', write });
    const routes = ['/echo=echo:'];
    const gateway = createGateway({ listen: 0, demo: false, routes, grace: 0 }, { log });
    const { port } = await gateway.listen();
    const client = new FallbackClient(port);
    const token = await client.create('/echo', { url: '/echo?password=secret' });

    const poll = client.post('xhr-polling', token, 'D1,0␞');
    await client.post('send', token, '#1␞Thello␞');
    await poll;
    const stream = client.stream(token, 'D2,1␞');
    await until('the stream has taken over', () => text.includes('carrier moved'));
    await client.post('send', token, '#2␞C4001,secret␞');
    await client.post('send', token, 'A2␞');
    stream.destroy();
    client.close();
    await gateway.close(0);

    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Fields);
    const [id] = lines.map(({ session }) => session).filter((session) => session !== undefined);
    assert.match(String(id), /^[\w-]{8}$/);
    const ofSession = lines.filter(({ session }) => session === id);
    const story = ofSession.map(({ time: _time, level: _level, session: _session, ...line }) => line);
    const durationMs = story.at(-1)?.durationMs;
    assert.ok(typeof durationMs === 'number' && durationMs >= 0);
    const route = '/echo';
    assert.deepEqual(story, [
      {
        msg: 'connection opened',
        ...{ route, remoteAddress: '127.0.0.1', transport: 'fallback', origin: client.origin, protocol: '' },
      },
      { msg: 'carrier attached', route, carrier: 'xhr-polling', attach: 1 },
      { msg: 'state', route, from: 'created', to: 'attached' },
      { msg: 'state', route, from: 'attached', to: 'detached' },
      { msg: 'carrier moved', route, from: 'xhr-polling', to: 'xhr-streaming', why: 'used up', attach: 2 },
      { msg: 'state', route, from: 'detached', to: 'attached' },
      { msg: 'state', route, from: 'attached', to: 'ending' },
      { msg: 'state', route, from: 'ending', to: 'ended' },
      {
        msg: 'connection downgraded',
        ...{
          route,
          transport: 'xhr-streaming',
          reason: 'not-reported',
          meaning: DOWNGRADES['not-reported'].meaning,
        },
      },
      {
        msg: 'connection closed',
        ...{ route, remoteAddress: '127.0.0.1', origin: client.origin, code: 4001, by: 'client' },
        ...{ carriers: 'xhr-polling,xhr-streaming', moves: 'xhr-polling>xhr-streaming used up', durationMs },
        downgraded: 'not-reported',
        ...{ messagesIn: 1, bytesIn: 5, messagesOut: 1, bytesOut: 5 },
      },
    ]);
    assert.ok(!text.includes('secret') && !text.includes(token), text);
  });

  it('calls the route of every path "/", as the lines of native connections do', async () => {
    const routes: unknown[] = [];
    const log = createLog({
      level: 'info',
      format: 'json',
      write: (line) => routes.push((JSON.parse(line) as Fields).route),
    });
    const gateway = createGateway({ listen: 0, routes: ['/=echo:'], grace: 0 }, { log });
    const client = new FallbackClient((await gateway.listen()).port);
    await client.create('/echo', { url: '/echo' });
    client.close();
    await gateway.close(0);
    assert.deepEqual(new Set(routes), new Set(['/']));
  });
});
