import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What a page does with the shim as a module, where it had the browser's own WebSocket. */
const consumer = `
import { configure, install, type ShimWebSocket, WebSocketShim } from 'fallback-gateway/client-shim';

export const Constructor: typeof WebSocket = WebSocketShim;
window.WebSocket = WebSocketShim;
export const plain: WebSocket = new WebSocketShim('ws://gateway/', 'chat');
const socket: ShimWebSocket = new WebSocketShim(new URL('ws://gateway/'), ['chat', 'other']);
socket.onmessage = (event) => { const same: MessageEvent = event; return same; };
socket.addEventListener('close', ({ code, reason, wasClean }) => [code + 1, reason.length, !wasClean]);
export const steps: readonly string[] = socket.diagnostics.map(({ what }) => socket.transport + what);
export const states: readonly number[] = [WebSocketShim.OPEN, socket.CLOSED];
export class Named extends WebSocketShim {
  constructor(readonly name: string) { super('ws://gateway/' + name); }
}
configure({ transports: ['eventsource', 'xhr-polling'], gateways: 'one two', map: { 'ws://old/': '/new' } });
install();

// @ts-expect-error there is no such transport
configure({ transports: ['pigeon'] });
// @ts-expect-error a socket needs an address
new WebSocketShim();
`;

/** The newest compiler, and the one before it. */
const COMPILERS = ['typescript', 'typescript-es5'];

const RESOLUTIONS = {
  'of Node': { module: 'NodeNext', moduleResolution: 'NodeNext' },
  'of bundlers': { module: 'ESNext', moduleResolution: 'bundler' },
};

describe('the shim as a module', function () {
  this.timeout(120_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-shim-types-'));
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules/fallback-gateway'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'consumer.ts'), consumer);
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const compiler of COMPILERS) {
    for (const [name, resolution] of Object.entries(RESOLUTIONS)) {
      it(`has types that fit those of WebSocket, for ${compiler} with the resolution ${name}`, () => {
        const compilerOptions = {
          ...{ strict: true, exactOptionalPropertyTypes: true, skipDefaultLibCheck: true },
          ...{ noEmit: true, types: [], target: 'ES2022', lib: ['ES2022', 'DOM'], ...resolution },
        };
        writeFileSync(
          join(folder, 'tsconfig.json'),
          JSON.stringify({ compilerOptions, files: ['consumer.ts'] }),
        );
        const program = join(root, 'node_modules', compiler, 'bin/tsc');
        try {
          execFileSync(process.execPath, [program, '-p', folder], { encoding: 'utf8' });
        } catch (error) {
          assert.fail((error as { stdout: string }).stdout);
        }
      });
    }
  }

  it('is imported by Node, where pages are made, and changes nothing there', () => {
    const code = `
      const before = Object.getOwnPropertyNames(globalThis).length;
      const { WebSocketShim } = await import('fallback-gateway/client-shim');
      console.log(typeof WebSocketShim, Object.getOwnPropertyNames(globalThis).length - before);`;
    assert.equal(node(folder, 'page.mjs', code), 'function 0\n');
  });

  it('and the server, too, are what require returns in a CommonJS program', () => {
    const code = `
      const { createGateway } = require('fallback-gateway');
      const WebSocketServer = require('fallback-gateway/ws').WebSocketServer;
      const { WebSocketShim } = require('fallback-gateway/client-shim');
      console.log([createGateway, WebSocketServer, WebSocketShim].map((one) => typeof one).join());
      const gateway = createGateway({ listen: '127.0.0.1:0', logLevel: 'silent', routes: ['/echo=echo:'] });
      gateway.listen().then(async ({ port }) => {
        console.log((await fetch('http://127.0.0.1:' + port + '/shim/websocket.min.js')).status);
        await gateway.close(0);
      });`;
    assert.equal(node(folder, 'program.cjs', code), 'function,function,function\n200\n');
  });
});

function node(folder: string, file: string, code: string): string {
  writeFileSync(join(folder, file), code);
  return execFileSync(process.execPath, [join(folder, file)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
