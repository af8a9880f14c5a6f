import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createGateway, type Gateway } from '../../gateway/index.ts';
import { createBody } from '../support/clients/fallback-client.ts';

const SEND = '/a/b/_fallback/v1/send';

interface TestRequest {
  readonly port: number;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Address of the client. */
  readonly from?: string;
  /** @default a `send` with an unknown token */
  readonly body?: string;
}

/** Status and header fields of the answer. */
async function ask({
  port,
  path = SEND,
  headers = {},
  from = '127.0.0.1',
  body = 'unknown;A0',
}: TestRequest) {
  const sent = request({
    port,
    path,
    method: 'POST',
    host: '127.0.0.1',
    localAddress: from,
    headers: { 'Content-Length': String(body.length), ...headers },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve).once('error', reject);
  });
  sent.end(body);
  const response = await answered;
  response.resume();
  await once(response, 'end');
  return { status: response.statusCode, fields: response.headers };
}

/** A gateway keeps what it has found out about a head, as the next request has the same. */
describe('a request whose head came before', () => {
  let gateway: Gateway;

  const start = async (options: Parameters<typeof createGateway>[0] = {}): Promise<number> => {
    gateway = createGateway({
      routes: ['/a=echo:'],
      listen: '127.0.0.1:0',
      demo: false,
      logLevel: 'silent',
      ...options,
    });
    return (await gateway.listen()).port;
  };

  afterEach(() => gateway.close(0));

  it('is refused as often as its Host is', async () => {
    const port = await start();
    for (let time = 0; time < 3; time++) {
      assert.equal((await ask({ port, headers: { Host: 'evil.example' } })).status, 421);
    }
  });

  it('is believed in what it says of its client only from a trusted proxy', async () => {
    const port = await start({ trustedProxy: ['127.0.0.2'] });
    const headers = { 'X-Forwarded-Host': 'evil.example', Host: '127.0.0.1' };
    for (let time = 0; time < 2; time++) {
      assert.equal((await ask({ port, headers })).status, 404);
      assert.equal((await ask({ port, headers, from: '127.0.0.2' })).status, 421);
    }
  });

  it('goes to a route that was added since', async () => {
    const port = await start();
    const headers = { 'X-Fallback': 'create', Host: `127.0.0.1:${port}` };
    const path = '/a/b/_fallback/v1/create';
    const create = async () => {
      const body = createBody({ url: '/a/b', origin: `http://127.0.0.1:${port}` });
      return (await ask({ port, path, headers, body })).status;
    };
    for (let time = 0; time < 2; time++) assert.equal(await create(), 200);
    let handled = 0;
    gateway.route('/a/b', () => void handled++);
    for (let time = 0; time < 2; time++) assert.equal(await create(), 200);
    assert.equal(handled, 2);
  });

  it('of another origin is answered as that origin is to be', async () => {
    const port = await start({ origin: 'http://partner.example' });
    for (const [Origin, granted] of [
      ['http://partner.example', 'http://partner.example'],
      ['http://evil.example', undefined],
      ['http://partner.example', 'http://partner.example'],
      ['http://evil.example', undefined],
    ] as const) {
      const { fields } = await ask({ port, headers: { Origin, Host: '127.0.0.1' } });
      assert.equal(fields['access-control-allow-origin'], granted);
      assert.equal(fields.vary, 'Origin');
    }
  });
});
