import assert from 'node:assert/strict';
import { get, type IncomingMessage } from 'node:http';
import { FallbackClient } from '../support/clients/fallback-client.ts';
import { startGateway } from '../support/servers/gateway.ts';

/** A document as it grows, and what its scripts have called with: how a browser would read it. */
interface Stream {
  readonly response: IncomingMessage;
  text(): string;
  /** Frames of all scripts so far. */
  frames(): string;
  until(done: (frames: string) => boolean): Promise<void>;
}

describe('a document without end (PROTOCOL.md §4.5)', () => {
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let client: FallbackClient;
  const open: IncomingMessage[] = [];

  before(async () => {
    gateway = await startGateway({ routes: ['/echo=echo:'], streamBudget: '16KiB' });
    client = new FallbackClient(gateway.port);
  });
  after(async () => {
    for (const response of open) response.destroy();
    client.close();
    await gateway.close();
  });

  function stream(token: string, action: string, query: string): Promise<Stream> {
    const path = `/echo/_fallback/v1/${token}/${action}?${query}`;
    return new Promise((resolve, reject) => {
      const request = get({ host: '127.0.0.1', port: gateway.port, path, agent: false }, (response) => {
        open.push(response);
        let text = '';
        const frames = (): string =>
          [...text.matchAll(/<script>p\((".*?")\)<\/script>\r\n/g)]
            .map(([, quoted]) => JSON.parse(quoted as string))
            .join('')
            .replaceAll('\x1e', '␞');
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        resolve({
          response,
          text: () => text,
          frames,
          until: (done) =>
            new Promise((settled) => {
              const look = (): void => {
                if (done(frames())) settled();
                else response.once('data', look).once('end', () => settled());
              };
              look();
            }),
        });
      });
      request.on('error', reject);
    });
  }

  for (const action of ['htmlfile', 'iframe-htmlfile']) {
    it(`is what ${action} gets, with each delivery as a script`, async () => {
      const token = await client.create();
      const document = await stream(token, action, 'd=1,0');
      await client.post('send', token, '#1␞Tone␞T</script><!--␞B/w==␞');
      await document.until((frames) => frames.includes('B'));
      assert.equal(document.frames().replace(/A\d+␞/g, ''), '#1␞Tone␞T</script><!--␞B/w==␞');
      const { headers, statusCode } = document.response;
      assert.equal(statusCode, 200);
      assert.equal(headers['content-type'], 'text/html; charset=utf-8');
      assert.equal(headers['cache-control'], 'no-store, no-transform');
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['x-accel-buffering'], 'no');
      assert.equal(headers['referrer-policy'], 'no-referrer');
      assert.equal(headers['content-security-policy'], "default-src 'none'; script-src 'unsafe-inline'");
    });
  }

  it('begins with more than 1 KiB that calls nobody, and has nothing of the request in it', async () => {
    const token = await client.create();
    const document = await stream(token, 'htmlfile', 'd=1,0&c=alert&x=%3Cscript%3Ealert(1)%3C/script%3E');
    await document.until((frames) => frames.includes('#1'));
    const beginning = document.text().slice(0, document.text().indexOf('<script>p('));
    assert.ok(Buffer.byteLength(beginning) > 1024, `${beginning.length}`);
    assert.doesNotMatch(document.text(), /alert/);
    assert.ok(!document.text().includes(token));
    assert.equal(beginning.match(/<script/g)?.length, 1);
    assert.doesNotMatch(beginning, /src=|href=/);
  });

  it('pads as requested', async () => {
    const token = await client.create();
    const document = await stream(token, 'htmlfile', 'd=1,0,t,4096');
    await document.until((frames) => frames.includes('#1'));
    assert.match(document.frames(), /^P {4096}␞#1␞$/);
  });

  it('asks to be renewed when its budget is used up, and ends at twice that', async () => {
    const token = await client.create();
    const document = await stream(token, 'htmlfile', 'd=1,0');
    for (let n = 1; n <= 20; n++) await client.post('send', token, `#${n}␞T${'x'.repeat(2000)}␞`);
    await document.until((frames) => frames.includes('Er␞'));
    const frames = document.frames();
    assert.equal(frames.match(/R␞/g)?.length, 1);
    const before = frames.slice(0, frames.indexOf('R␞')).length;
    assert.ok(before > 14_000 && before < 20_000, `${before}`);
    assert.match(frames, /Er␞$/);
  });

  it('says that a session is gone in a document too, as a frame shows no status', async () => {
    const document = await stream('n.unknown', 'iframe-htmlfile', 'd=1,0');
    await document.until((frames) => frames.includes('E'));
    assert.equal(document.response.statusCode, 200);
    assert.equal(document.frames(), 'Eg␞');
  });

  it('refuses what is malformed in plain text, without a word of it', async () => {
    const token = await client.create();
    for (const query of ['', 'd=', 'd=<script>alert(1)</script>', 'd=1', 'd=1,0,x']) {
      const answer = await client.ask(`/echo/_fallback/v1/${token}/htmlfile?${encodeURI(query)}`, {
        method: 'GET',
      });
      assert.equal(answer.status, 400, query);
      assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8');
      assert.doesNotMatch(answer.body, /script|alert/);
    }
  });
});
