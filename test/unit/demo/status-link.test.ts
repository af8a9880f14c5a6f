import assert from 'node:assert/strict';
import type { ListenAddress } from '../../../gateway/base/listen.ts';
import { statusLink } from '../../../gateway/demo/status-link.ts';
import { TrustedProxies } from '../../../gateway/http/forwarded.ts';
import { readPageRequest } from '../../../gateway/http/page.ts';
import { ask } from '../http/raw-client.ts';
import { startServer, type TestServer } from '../http/test-server.ts';

describe('the link from the demo to the status page', () => {
  let server: TestServer;
  let at: ListenAddress | undefined;

  before(async () => {
    const proxies = new TrustedProxies(['127.0.0.1']);
    const page = statusLink({ at: () => at, proxies });
    server = await startServer({
      otherwise: (request, response) => {
        if (!page(readPageRequest(request), response)) response.end('another page');
      },
    });
  });
  after(() => server.close());

  function get(path: string, headers: Readonly<Record<string, string>>): Promise<string> {
    const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    return ask(server.port, `GET ${path} HTTP/1.1\r\n${fields.join('')}connection: close\r\n\r\n`);
  }

  async function locationFor(headers: Readonly<Record<string, string>>): Promise<string | undefined> {
    const answer = await get('/demo/status', headers);
    assert.match(answer, /^HTTP\/1\.1 302 /);
    assert.match(answer, /\r\ncache-control: no-store\r\n/i);
    return /\r\nlocation: (.*)\r\n/i.exec(answer)?.[1];
  }

  it('leads a browser on this machine to its port, under a name that the browser reaches', async () => {
    const hosts = { '127.0.0.1': '127.0.0.1', '0.0.0.0': 'localhost', '::': 'localhost', '::1': '[::1]' };
    for (const [host, name] of Object.entries(hosts)) {
      at = { host, port: 9090 };
      for (const own of ['localhost:8080', '127.0.0.1', '[::1]:8080'])
        assert.equal(await locationFor({ host: own }), `http://${name}:9090/status`, `${host} from ${own}`);
    }
  });

  it('tells other browsers that it is not for them, and not where it is', async () => {
    at = { host: '127.0.0.1', port: 9090 };
    const elsewhere: readonly Readonly<Record<string, string>>[] = [
      { host: '127.0.0.1', 'x-forwarded-for': '10.0.0.7' },
      { host: 'gateway.intranet' },
      { host: '10.0.0.1:8080' },
      { host: '127.evil.example' },
    ];
    for (const headers of elsewhere) assert.equal(await locationFor(headers), '/status.html?elsewhere');
  });

  it('says that it is off', async () => {
    at = undefined;
    assert.equal(await locationFor({ host: 'localhost' }), '/status.html?off');
  });

  it('leaves other paths alone', async () => {
    assert.match(await get('/demo/status/x', { host: 'localhost' }), /another page/);
  });
});
