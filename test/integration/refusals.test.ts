import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { type LogFields, silentLog } from '../../gateway/base/log.ts';
import { createGateway, type Gateway } from '../../gateway/index.ts';

describe('a request that is refused', () => {
  const lines: [string, LogFields | undefined][] = [];
  let gateway: Gateway;
  let port: number;

  before(async () => {
    const log = {
      ...silentLog,
      info: (message: string, fields?: LogFields) => void lines.push([message, fields]),
      with: () => log,
    };
    gateway = createGateway({ listen: 0, routes: ['/echo=echo:'], demo: false }, { log });
    ({ port } = await gateway.listen());
  });
  after(() => gateway.close(0));
  beforeEach(() => {
    lines.length = 0;
  });

  async function dial(headers: Readonly<Record<string, string>>): Promise<void> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/echo`, { headers });
    await assert.rejects(once(socket, 'open'));
  }

  function post(action: string, headers: Readonly<Record<string, string>>): Promise<Response> {
    const url = `http://127.0.0.1:${port}/echo/_fallback/v1/${action}`;
    const body = `nonce=0123456789abcdef&url=/echo&origin=${encodeURIComponent('http://other')}`;
    return fetch(url, { method: 'POST', headers, body });
  }

  const origin = {
    code: 'GW_ORIGIN',
    status: 403,
    reason: 'this origin is not allowed; the option --origin adds one',
    option: '--origin',
    remoteAddress: '127.0.0.1',
  };

  it('because of its origin is in the log, with the option that allows it', async () => {
    await dial({ origin: 'http://other' });
    assert.equal((await post('create', { origin: 'http://other' })).status, 403);
    assert.deepEqual(lines, [
      ['request refused', origin],
      ['request refused', origin],
    ]);
  });

  it('because of its Host is in the log, too', async () => {
    await dial({ host: 'other.example' });
    const [message, fields] = lines[0] ?? [];
    assert.deepEqual(
      [message, fields?.code, fields?.status, fields?.option],
      ['request refused', 'GW_HOST', 421, '--host'],
    );
    assert.equal(lines.length, 1);
  });

  it('because it is malformed is not: it would only fill the log', async () => {
    assert.equal((await post('send', {})).status, 400);
    assert.equal((await post('create', { 'x-fallback': 'create' })).status, 403);
    assert.equal(lines.length, 1);
  });
});
