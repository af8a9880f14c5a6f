import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { closeFallbackClients, openFallback, openNative, refused } from '../support/clients/either-client.ts';
import { freePort } from '../support/machine/free-ports.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { selfSigned } from '../support/machine/self-signed.ts';
import { until } from '../support/until.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(join(root, 'node_modules/ws/README.md'), 'utf8');

/** The examples of a section of the README of `ws`. */
function examples(section: string): string[] {
  const [, text = ''] = readme.split(`### ${section}\n`);
  const [own = ''] = text.split(/^#{2,3} /m);
  return [...own.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code as string);
}

/** A program in a process of its own. */
class Example {
  output = '';
  readonly #program: ChildProcess;

  constructor(folder: string, file: string, code: string) {
    const path = join(folder, file);
    writeFileSync(path, code);
    this.#program = spawn(process.execPath, [path]);
    this.#program.stdout?.on('data', (chunk) => {
      this.output += String(chunk);
    });
    this.#program.stderr?.on('data', (chunk) => {
      this.output += String(chunk);
    });
  }

  /** An example of the README, whose import is changed. */
  static of(folder: string, code: string, changes: readonly [string, string][]): Example {
    assert.ok(code.includes("from 'ws'"), 'the README of ws has no such example');
    let text = code.replace("from 'ws'", "from 'fallback-gateway/ws'");
    for (const [from, to] of changes) {
      assert.ok(text.includes(from), `the example has no ${from}`);
      text = text.replaceAll(from, to);
    }
    return new Example(folder, 'example.mjs', text);
  }

  write(text: string): void {
    this.#program.stdin?.write(text);
  }

  /** Resolves once the program's server answers. */
  async listens(port: number, scheme = 'http'): Promise<void> {
    for (let isUp = false; !isUp; ) {
      assert.equal(this.#program.exitCode, null, this.output);
      await new Promise((resume) => setTimeout(resume, 20));
      if (scheme === 'http')
        isUp = await fetch(`http://127.0.0.1:${port}/shim/websocket.js`).then(
          () => true,
          () => false,
        );
      else isUp = this.output.includes('ready');
    }
  }

  async stop(): Promise<void> {
    if (this.#program.exitCode !== null) return;
    const left = once(this.#program, 'exit');
    this.#program.kill();
    await left;
  }
}

describe('the examples in the README of ws, with the import changed', function () {
  this.timeout(30_000);
  let folder: string;
  let port: number;
  let example: Example | undefined;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-ws-'));
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules/fallback-gateway'));
  });
  after(() => rmSync(folder, { recursive: true }));
  beforeEach(async () => {
    port = await freePort();
  });
  afterEach(async () => {
    closeFallbackClients();
    await example?.stop();
    example = undefined;
  });

  const start = async (
    section: string,
    { index = 0, changes = [] }: { index?: number; changes?: [string, string][] } = {},
  ): Promise<Example> => {
    const code = examples(section)[index] ?? '';
    example = Example.of(folder, code, [['8080', String(port)], ...changes]);
    await example.listens(port);
    return example;
  };

  for (const [kind, open] of [
    ['a native client', openNative],
    ['a client on a fallback', openFallback],
  ] as const) {
    it(`serve ${kind}: simple server`, async () => {
      const program = await start('Simple server');
      const client = await open(port, '/');
      assert.equal(await client.next(), 'something');
      client.send('hello');
      await until('its line', () => program.output.includes('received: hello'));
    });

    it(`serve ${kind}: external HTTP/S server`, async function () {
      const files = selfSigned();
      if (files === undefined) return requireOrSkip(this, 'openssl');
      const code = examples('External HTTP/S server')[0] ?? '';
      example = Example.of(folder, code, [
        ['/path/to/cert.pem', files.cert],
        ['/path/to/key.pem', files.key],
        ['server.listen(8080)', `server.listen(${port}, () => console.log('ready'))`],
      ]);
      await example.listens(port, 'https');
      const client = await open(port, '/', [], readFileSync(files.cert, 'utf8'));
      files.remove();
      assert.equal(await client.next(), 'something');
    });

    it(`serve ${kind}: multiple servers sharing a single HTTP/S server`, async () => {
      // The example's servers say nothing.
      const say = (what: string): [string, string] => [
        `wss${what}.on('connection', function connection(ws) {`,
        `wss${what}.on('connection', function connection(ws) { ws.send('server ${what}');`,
      ];
      await start('Multiple servers sharing a single HTTP/S server', { changes: [say('1'), say('2')] });
      assert.equal(await (await open(port, '/foo')).next(), 'server 1');
      assert.equal(await (await open(port, '/bar')).next(), 'server 2');
      await assert.rejects(open(port, '/other'));
    });

    it(`serve ${kind}: client authentication`, async () => {
      const authenticate = `function authenticate(request, next) {
        setImmediate(next, null, new URL(request.url, 'http://localhost').searchParams.get('user'));
      }
      function onSocketError`;
      const changes: [string, string][] = [['function onSocketError', authenticate]];
      const program = await start('Client authentication', { changes });
      await refused(open(port, '/'), 401);
      (await open(port, '/?user=anna')).send('hello');
      await until('its line', () => program.output.includes('Received message hello from user anna'));
    });

    for (const [index, including] of ['including itself', 'excluding itself'].entries()) {
      it(`serve ${kind}: server broadcast, ${including}`, async () => {
        await start('Server broadcast', { index });
        const clients = [await open(port, '/'), await openNative(port, '/'), await openFallback(port, '/')];
        clients[0]?.send('to all');
        for (const client of clients.slice(index)) assert.equal(await client.next(), 'to all');
      });
    }

    it(`serve ${kind}: how to get the IP address of the client`, async () => {
      const changes: [string, string][] = [
        ['req.socket.remoteAddress;', 'req.socket.remoteAddress; ws.send(ip);'],
      ];
      await start('How to get the IP address of the client?', { changes });
      assert.match(await (await open(port, '/')).next(), /^(::ffff:)?127\.0\.0\.1$/);
    });

    it(`serve ${kind}: how to detect and close broken connections`, async () => {
      // Three intervals, after which a client that sent no pong would have been terminated.
      const changes: [string, string][] = [
        ['30000', '50'],
        [
          "ws.on('pong', heartbeat);",
          "ws.on('pong', heartbeat); let n = 0; ws.on('pong', () => ws.send(++n));",
        ],
      ];
      await start('How to detect and close broken connections?', { changes });
      const client = await open(port, '/');
      for (const pong of ['1', '2', '3']) assert.equal(await client.next(), pong);
    });
  }

  it('may be written for CommonJS', async () => {
    const code = `
      const WebSocket = require('fallback-gateway/ws');
      const wss = new WebSocket.Server({ port: ${port} });
      wss.on('connection', (ws) => ws.send(String(ws instanceof WebSocket && ws.readyState === WebSocket.OPEN)));
    `;
    example = new Example(folder, 'example.cjs', code);
    await example.listens(port);
    assert.equal(await (await openFallback(port, '/')).next(), 'true');
  });

  describe('as a client', () => {
    let server: WebSocketServer;

    beforeEach(async () => {
      server = new WebSocketServer({ port, host: '127.0.0.1' });
      server.on('connection', (ws) => ws.on('message', (data, binary) => ws.send(data, { binary })));
      await once(server, 'listening');
    });
    afterEach(() => {
      for (const socket of server.clients) socket.terminate();
      server.close();
    });

    for (const section of ['Round-trip time', 'Use the Node.js streams API']) {
      it(`run: ${section}`, async () => {
        const [code = ''] = examples(section);
        example = Example.of(folder, code, [['wss://websocket-echo.com/', `ws://127.0.0.1:${port}`]]);
        example.write('hello');
        const wanted = section === 'Round-trip time' ? 'Round-trip time: ' : 'hello';
        await until(wanted, () => example?.output.includes(wanted) === true);
      });
    }
  });
});
