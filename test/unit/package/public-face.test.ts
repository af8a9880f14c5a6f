import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript-es5';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');

/** A program that uses all of the public face as its documentation says. */
const consumer = `
import { createServer } from 'node:http';
import {
  ConfigError, createGateway, GatewayError,
  type Clock, type ErrorCode, type Gateway, type GatewayAddress, type GatewayOptions, type GatewayParts,
  type GatewaySocket, type Handler, type HandlerOptions, type HandlerRequest, type ListenAddress, type Log,
  type LogFields, type LogLevel, type Middleware, type RouteSettings, type Timer,
} from 'fallback-gateway';

const lines: string[] = [];
const say = (level: LogLevel) => (message: string, fields?: LogFields): void => {
  lines.push(level + ' ' + message + ' ' + String(fields?.['code']));
};
const log: Log = {
  error: say('error'), warn: say('warn'), info: say('info'), debug: say('debug'), with: () => log,
};
const clock: Clock = {
  now: () => 0,
  setTimeout: (callback, delay): Timer => setTimeout(callback, delay),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};
const parts: GatewayParts = { log, clock };
const route: RouteSettings = { path: '/ws', backend: 'ws://127.0.0.1:9001', ping: '20s' };
const options: GatewayOptions = { routes: [route, '/echo=echo:'], memory: '64MiB', bindSession: 'sid' };

export async function run(): Promise<ListenAddress> {
  const gateway: Gateway = createGateway(options, parts);
  const handler: Handler = (socket: GatewaySocket, request: HandlerRequest) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    if (request.url === '/leave') socket.close(4000, 'bye');
  };
  const settings: Partial<HandlerOptions> = { handleProtocols: (protocols) => [...protocols][0] ?? false };
  gateway.route('/chat', handler, settings).attach(createServer());
  const middleware: Middleware = gateway.middleware();
  const address: GatewayAddress = await gateway.listen();
  const counts: number = gateway.sessions + gateway.connections;
  await gateway.close(counts);
  return middleware.length > 0 ? address : { host: 'none', port: 0 };
}

export function codeOf(error: unknown): ErrorCode | undefined {
  return error instanceof ConfigError || error instanceof GatewayError ? error.code : undefined;
}

// @ts-expect-error the rooms are not reachable
export type Inside = import('fallback-gateway/gateway/gateway.ts').Gateway;
// @ts-expect-error what routes and servers call is kept inside
export const inside = (gateway: Gateway) => gateway.onRequest;
`;

/** A program of `ws`, in which one class stands for the other. */
const wsConsumer = `
import type { IncomingMessage } from 'node:http';
import { WebSocket as WsSocket, WebSocketServer as WsServer } from 'ws';
import WebSocket, { createWebSocketStream, serveFallbacks, WebSocketServer } from 'fallback-gateway/ws';

export const server: WsServer = new WebSocketServer({ noServer: true });
export const theirs: WebSocketServer = new WsServer({ noServer: true });
export const socket: WsSocket = new WebSocket('ws://127.0.0.1/');
export const itsOwn: WebSocket = new WsSocket('ws://127.0.0.1/');
export const stream = createWebSocketStream(itsOwn);

function serve(ws: WsSocket, request: IncomingMessage): void {
  ws.send(String(request.headers.cookie?.length));
}
const wss = new WebSocketServer({ port: 0, fallback: { origin: ['http://app.example'], heartbeat: '5s' } });
wss.on('connection', serve);
wss.clients.forEach((client) => client !== socket && client.readyState === WebSocket.OPEN);
export const again = new WebSocket.Server({ noServer: true });
export const close: typeof serveFallbacks = serveFallbacks;

// @ts-expect-error the HTTP server has that
new WebSocketServer({ port: 0, fallback: { listen: 1 } });
`;

describe('the public face of the package', function () {
  this.timeout(60_000);
  let folder: string;
  let types: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-types-'));
    types = join(folder, 'gateway');
    const settings = ['--emitDeclarationOnly', '--outDir', types];
    execFileSync(process.execPath, [tsc, '-p', join(root, 'gateway/tsconfig.json'), ...settings]);
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('is enough for a program that is compiled against its declarations', () => {
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'consumer.ts'), consumer);
    writeFileSync(join(folder, 'ws-consumer.ts'), wsConsumer);
    const settings = {
      compilerOptions: {
        ...{ target: 'ES2022', module: 'NodeNext', strict: true, exactOptionalPropertyTypes: true },
        ...{ noEmit: true, skipLibCheck: true, types: ['node'] },
        paths: {
          'fallback-gateway': ['./gateway/index.d.ts'],
          'fallback-gateway/ws': ['./gateway/ws/index.d.ts'],
        },
      },
      files: ['consumer.ts', 'ws-consumer.ts'],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
    try {
      execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    } catch (error) {
      assert.fail((error as { stdout: string }).stdout);
    }
  });

  it('has its types where moduleResolution is node, and its manifest for tools', () => {
    const project = mkdtempSync(join(tmpdir(), 'gateway-resolution-'));
    const packed = join(project, 'node_modules/fallback-gateway');
    const declarations = {
      'fallback-gateway': 'dist/gateway/index.d.ts',
      'fallback-gateway/ws': 'dist/gateway/ws/index.d.ts',
      'fallback-gateway/client-shim': 'dist/client-shim/module.d.ts',
    };
    for (const path of Object.values(declarations)) {
      mkdirSync(dirname(join(packed, path)), { recursive: true });
      writeFileSync(join(packed, path), 'export {};\n');
    }
    copyFileSync(join(root, 'package.json'), join(packed, 'package.json'));
    for (const moduleResolution of [ts.ModuleResolutionKind.Node10, ts.ModuleResolutionKind.NodeNext]) {
      for (const [name, path] of Object.entries(declarations)) {
        const { resolvedModule } = ts.resolveModuleName(
          name,
          join(project, 'consumer.ts'),
          { moduleResolution, module: ts.ModuleKind.NodeNext },
          ts.sys,
        );
        assert.ok(resolvedModule?.resolvedFileName.endsWith(`fallback-gateway/${path}`), name);
      }
    }
    const manifest = createRequire(join(project, 'consumer.js')).resolve('fallback-gateway/package.json');
    assert.ok(manifest.endsWith('fallback-gateway/package.json'));
    rmSync(project, { recursive: true });
  });

  it('exports every type that it uses', () => {
    const index = join(types, 'index.d.ts');
    const program = ts.createProgram([index], {
      ...{ module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, skipLibCheck: true },
      types: [],
    });
    const checker = program.getTypeChecker();
    const source = checker.getSymbolAtLocation(program.getSourceFile(index) as ts.Node) as ts.Symbol;
    const resolved = (symbol: ts.Symbol): ts.Symbol =>
      symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const face = new Set(checker.getExportsOfModule(source).map(resolved));
    const missing = new Set<string>();
    const visit = (node: ts.Node): void => {
      // Of a class that is exported as a type nobody sees the constructor.
      if (ts.isConstructorDeclaration(node)) return;
      const symbol = ts.isTypeReferenceNode(node) && checker.getSymbolAtLocation(node.typeName);
      const used = symbol ? resolved(symbol) : undefined;
      const isOwn = used?.declarations?.some(
        (declaration) =>
          declaration.getSourceFile().fileName.startsWith(types) &&
          !ts.isTypeParameterDeclaration(declaration),
      );
      if (used !== undefined && isOwn && !face.has(used)) missing.add(used.name);
      ts.forEachChild(node, visit);
    };
    for (const symbol of face) for (const declaration of symbol.declarations ?? []) visit(declaration);
    assert.deepEqual([...missing], []);
  });
});
