import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import * as http from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { asksForWebSocket, ignoreUpgrade } from '../../../gateway/http/ignore-upgrade.ts';
import { rawHead } from '../clients/raw-http.ts';

/**
 * A page: its address, and its body; a Buffer is a movie. What has no body is never answered, and
 * its request holds a connection.
 */
export type Pages = Readonly<Record<string, (query: URLSearchParams) => string | Buffer | undefined>>;

/** Is served with every front's own pages. */
const testPage = readFileSync(new URL('../pages/test-page.js', import.meta.url), 'utf8');

export interface Front {
  readonly port: number;
  /**
   * What pages have sent by `testPage.report` of `/_test/test-page.js`, by the `id` of their
   * address.
   */
  report(id: string): string | undefined;
  /** Requests passed on that have no whole answer yet, by the last word of their path. */
  waiting(action: string): number;
  /** Requests so far. */
  readonly count: number;
  /** Requests so far, in words: how often, and how long ago last. */
  requested(): string;
  close(): Promise<void>;
}

/**
 * An application's own web server, with the gateway behind it: it has pages, and passes everything
 * else on untouched. A page from it is of the gateway's own origin.
 */
export async function startFront(gatewayPort: number, pages: Pages): Promise<Front> {
  const reports = new Map<string, string>();
  const waiting = new Set<http.IncomingMessage>();
  const sockets = new Set<Socket>();
  const agent = new http.Agent({ keepAlive: true });
  let requests = 0;
  let last = performance.now();

  const server = http.createServer((request, response) => {
    requests++;
    last = performance.now();
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://front');
    const page = pathname === '/_test/test-page.js' ? () => testPage : pages[pathname];
    if (page !== undefined) {
      const body = page(searchParams);
      if (body === undefined) return;
      const text = `text/${pathname.endsWith('.js') ? 'javascript' : 'html'}; charset=utf-8`;
      response.setHeader('Content-Type', typeof body === 'string' ? text : 'application/x-shockwave-flash');
      response.end(body);
      return;
    }
    if (pathname !== '/_test/report') return pass(request, response);
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      reports.set(searchParams.get('id') ?? '', body);
      response.end('thanks');
    });
  });

  function pass(request: http.IncomingMessage, response: http.ServerResponse): void {
    const { method, url: path, headers } = request;
    const upstream = http.request({ host: '127.0.0.1', port: gatewayPort, method, path, headers, agent });
    upstream.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    upstream.on('error', () => response.destroy());
    waiting.add(request);
    response.on('close', () => {
      waiting.delete(request);
      upstream.destroy();
    });
    request.pipe(upstream);
  }

  server.on('upgrade', (request, socket, head) => {
    // JavaFX's WebView asks for h2c, as every Java program does since Java 11.
    if (!asksForWebSocket(request)) return ignoreUpgrade(server, request, socket, head);
    const upstream = connect(gatewayPort, '127.0.0.1');
    const fields = request.rawHeaders.flatMap((name, i, all) =>
      i % 2 === 0 ? [`${name}: ${all[i + 1]}`] : [],
    );
    upstream.write(Buffer.concat([rawHead(`GET ${request.url} HTTP/1.1`, fields), head]));
    socket.pipe(upstream).pipe(socket);
    upstream.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
  });
  server.on('connection', (socket) => {
    if (!sockets.has(socket)) sockets.add(socket.on('close', () => sockets.delete(socket)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    report: (id) => reports.get(id),
    waiting: (action) => [...waiting].filter(({ url }) => url?.split('?')[0]?.endsWith(`/${action}`)).length,
    get count() {
      return requests;
    },
    requested: () => `${requests} requests, the last ${Math.round((performance.now() - last) / 1000)} s ago`,
    async close() {
      for (const socket of sockets) socket.destroy();
      agent.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
