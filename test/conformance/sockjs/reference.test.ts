import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import sockjs from 'sockjs';
import { PAGE, SockJsRequests } from '../../support/clients/sockjs.ts';
import { startGateway } from '../../support/servers/gateway.ts';
import { type Difference, INTENDED } from './differences.ts';
import { RECORDED, type Recorded } from './recorded.ts';

/** Header fields that a client, a cache or a proxy acts on. */
const FIELDS = [
  'content-type',
  'cache-control',
  'expires',
  'etag',
  'last-modified',
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-max-age',
  'vary',
  'allow',
  'set-cookie',
  'content-security-policy',
  'x-content-type-options',
  'x-accel-buffering',
] as const;

/** What a server said, as far as it is compared. */
type Said = Readonly<Record<string, string | undefined>>;

describe('sockjs 0.3.24, with the same requests', () => {
  let reference: Server;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let theirs: SockJsRequests;
  let ours: SockJsRequests;

  before(async () => {
    reference = createServer();
    const options = { response_limit: 4096, jsessionid: true, log: () => {} };
    const echo = sockjs.createServer({ ...options, prefix: '/echo' });
    echo.on('connection', (connection) => connection.on('data', (text) => void connection.write(text)));
    echo.installHandlers(reference);
    const close = sockjs.createServer({ ...options, prefix: '/close' });
    close.on('connection', (connection) => connection.close(3000, 'Go away!'));
    close.installHandlers(reference);
    await new Promise<void>((resolve) => reference.listen(0, '127.0.0.1', resolve));
    theirs = new SockJsRequests(`http://127.0.0.1:${(reference.address() as AddressInfo).port}`);

    const sockjsOptions = { responseLimit: 4096, cookie: true };
    gateway = await startGateway(
      { routes: ['/echo=echo:'], jsonp: true, origin: PAGE, sockjs: sockjsOptions },
      (made) => made.route('/close', (socket) => socket.close(3000, 'Go away!')),
    );
    ours = new SockJsRequests(`http://127.0.0.1:${gateway.port}`);
  });

  after(async () => {
    theirs.close();
    ours.close();
    reference.closeAllConnections();
    reference.close();
    await gateway.close();
  });

  it('answers differently only where that is intended', async () => {
    const met = new Set<Difference>();
    const unexpected: string[] = [];
    for (const recorded of RECORDED) {
      const said = [await say(theirs, recorded), await say(ours, recorded)] as const;
      for (const aspect of Object.keys(said[0])) {
        const [a, b] = [said[0][aspect], said[1][aspect]];
        if (a === b) continue;
        const row = INTENDED.find((difference) => isMeant(difference, recorded, aspect, a, b));
        if (row !== undefined) met.add(row);
        else
          unexpected.push(
            `${recorded.name}: ${aspect} is ${JSON.stringify(a)} there, ${JSON.stringify(b)} here`,
          );
      }
    }
    assert.deepEqual(unexpected, []);
    const stale = INTENDED.filter((difference) => !met.has(difference)).map(({ why }) => why);
    assert.deepEqual(stale, [], 'differences that are listed and not there');
  });
});

/** Sends a request and reads the answer to its end, or until it has said what is waited for. */
async function say(requests: SockJsRequests, recorded: Recorded): Promise<Said> {
  const { method, path, headers = {}, body, until } = recorded;
  const reading = await requests.open(method, path, { headers, ...(body !== undefined && { body }) });
  const text = until === undefined ? await reading.rest() : await reading.through(until);
  reading.close();
  const fields = FIELDS.map((name) => [name, settled(name, reading.headers[name])]);
  return { status: String(reading.status), ...Object.fromEntries(fields), body: drawn(text) };
}

/** Dates and hashes are compared as being there, and a charset in any case (RFC 9110 §8.3.2). */
function settled(name: string, value: string | string[] | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (name === 'content-type') return String(value).toLowerCase();
  return name === 'expires' || name === 'etag' ? 'there' : String(value);
}

function drawn(text: string): string {
  return text.replace(/"entropy":\d+/, '"entropy":0');
}

function isMeant(
  row: Difference,
  { name }: Recorded,
  aspect: string,
  theirs?: string,
  ours?: string,
): boolean {
  const isThere = row.requests === undefined || row.requests.includes(name);
  return isThere && row.aspect === aspect && fits(row.theirs, theirs) && fits(row.ours, ours);
}

function fits(expected: string | RegExp | undefined, said: string | undefined): boolean {
  return expected instanceof RegExp ? said !== undefined && expected.test(said) : expected === said;
}
