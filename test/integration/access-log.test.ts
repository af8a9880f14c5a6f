import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { createGateway } from '../../gateway/index.ts';
import { FallbackClient } from '../support/clients/fallback-client.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { event } from '../support/servers/upstreams.ts';
import { until } from '../support/until.ts';

/** The combined format, as log analyzers read it. */
const COMBINED =
  /^(\S+) - (\S+) \[(\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] "([^"]*)" (\d{3}) (\d+|-) "([^"]*)" "([^"]*)"$/;

describe('the access log', () => {
  let folder: string;
  let file: string;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let client: FallbackClient;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-access-'));
    file = join(folder, 'access.log');
    gateway = await startGateway({
      routes: ['/echo=echo:'],
      accessLog: file,
      trustedProxy: '127.0.0.1',
      userHeader: 'X-Remote-User',
    });
    client = new FallbackClient(gateway.port);
  });
  afterEach(async () => {
    client.close();
    await gateway.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const read = (from = file): string[] => readFileSync(from, 'utf8').split('\n').slice(0, -1);

  /** Request line, status and bytes of each line. */
  async function lines(count: number): Promise<string[]> {
    await until(`${count} lines`, () => read().length >= count);
    return read().map((line) => {
      const [, , , , request, status, bytes] = COMBINED.exec(line) ?? assert.fail(line);
      return `${request} ${status} ${bytes}`;
    });
  }

  it('has a line for each request, whoever answers it, when the answer is complete', async () => {
    const token = await client.create('/echo');
    await client.post('send', token, '#1␞Thello␞');
    const poll = await client.post('xhr-polling', token, 'D1,0␞');
    await client.ask('/healthz', { method: 'GET' });
    await client.ask('/nope', { method: 'GET' });
    const [created, ...rest] = await lines(5);
    assert.match(created ?? '', /^POST \/echo\/_fallback\/v1\/create HTTP\/1\.1 200 \d+$/);
    assert.equal(rest[0], 'POST /echo/_fallback/v1/send HTTP/1.1 200 3');
    assert.equal(rest[1], `POST /echo/_fallback/v1/xhr-polling HTTP/1.1 200 ${poll.body.length}`);
    assert.match(rest[2] ?? '', /^GET \/healthz HTTP\/1\.1 200 \d+$/);
    assert.match(rest[3] ?? '', /^GET \/nope HTTP\/1\.1 404 \d+$/);
  });

  it('has the client, its user, the page and the browser, and nothing that is secret', async () => {
    const token = await client.create('/echo');
    const headers = {
      'x-forwarded-for': '192.0.2.7',
      'x-remote-user': 'anna "x" y',
      referer: 'http://app.example/page;jsessionid=secret?token=secret#secret',
      'user-agent': 'Mozilla/4.0 "\\\u00e9',
      cookie: 'secret=secret',
    };
    // It is over at once; a stream would have its line when it ends.
    const stream = await client.ask(`/echo/_fallback/v1/${token}/eventsource?d=1`, {
      method: 'GET',
      headers,
    });
    assert.equal(stream.status, 400, 'an acknowledgement is missing');
    await client.ask('/echo/000/secret-id/xhr?t=secret', { headers });
    await client.ask('/echo;jsessionid=secret?secret', { method: 'GET', headers });
    const found = await lines(4);
    assert.match(found[1] ?? '', /^GET \/echo\/_fallback\/v1\/-\/eventsource HTTP\/1\.1 \d{3} \d+$/);
    assert.match(found[2] ?? '', /^POST \/echo\/000\/-\/xhr HTTP\/1\.1 \d{3} \d+$/);
    const text = readFileSync(file, 'utf8');
    assert.ok(!text.includes('secret') && !text.includes(token), text);
    const [, address, user, , , , , referer, agent] = COMBINED.exec(read()[1] as string) ?? [];
    assert.deepEqual(
      [address, user, referer, agent],
      ['192.0.2.7', 'anna\\x20\\x22x\\x22\\x20y', 'http://app.example/page', 'Mozilla/4.0 \\x22\\x5c\\xe9'],
    );
  });

  it('has native connections when they end, refused ones with their status', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/echo?token=secret`);
    await event(socket, 'open');
    socket.close();
    await event(socket, 'close');
    const refused = new WebSocket(`ws://127.0.0.1:${gateway.port}/nope`);
    await new Promise((resolve) => refused.on('error', resolve));
    const found = await lines(2);
    assert.match(found[0] ?? '', /^GET \/echo HTTP\/1\.1 101 \d+$/);
    assert.match(found[1] ?? '', /^GET \/nope HTTP\/1\.1 404 \d+$/);
  });

  it('has a stream that its client leaves, with the bytes that were written', async () => {
    const token = await client.create('/echo');
    const stream = client.stream(token, 'D1,0␞');
    await event(stream as never, 'data');
    stream.destroy();
    assert.match((await lines(2))[1] ?? '', /^POST \/echo\/_fallback\/v1\/xhr-streaming HTTP\/1\.1 200 \d+$/);
  });

  it('is opened again for SIGUSR1: what was renamed is written no more, and nothing is lost', async () => {
    await client.ask('/healthz', { method: 'GET' });
    await lines(1);
    const old = `${file}.1`;
    renameSync(file, old);
    await client.ask('/healthz', { method: 'GET' });
    await until('the line in the old file', () => read(old).length === 2);
    process.kill(process.pid, 'SIGUSR1');
    await until('the new file', () => {
      try {
        return read().length === 0;
      } catch {
        return false;
      }
    });
    await client.ask('/healthz', { method: 'GET' });
    await lines(1);
    assert.deepEqual([read(old).length, read().length], [2, 1]);
  });

  it('is refused at the start where its file cannot be opened', async () => {
    const other = createGateway({ listen: 0, accessLog: join(folder, 'none', 'access.log') });
    await assert.rejects(other.listen(), /accessLog .*none.access\.log cannot be opened: ENOENT/);
  });
});
