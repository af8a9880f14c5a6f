import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { basename, join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { type WebSocket, WebSocketServer } from 'ws';
import * as chromium from './chromium.ts';
import type { RunOptions, RunResult } from './engine.ts';
import { enginesHome } from './programs.ts';

/**
 * Ruffle, a Flash player as a script: it is put into every page, as its browser extension would do
 * it.
 */
const home = join(enginesHome, 'flash/package');
const player = join(home, 'ruffle.js');

/**
 * The script and the movie of web-socket-js, as pages of its time have them (socket.io-client
 * 0.9.17).
 */
export const webSocketJs = join(enginesHome, 'flash/web-socket-js');

export function missing(): string | undefined {
  if (chromium.missing() !== undefined) return chromium.missing();
  return existsSync(player) && existsSync(webSocketJs) ? undefined : 'Ruffle (test/engines/install.sh flash)';
}

/**
 * Chromium with a Flash player. Movies may open TCP connections to the page's own host and port;
 * the player asks for no policy.
 */
export async function run(url: string, options: RunOptions): Promise<RunResult> {
  const relay = await startRelay(new URL(url));
  try {
    return await chromium.run(url, options, (context) => addPlayer(context, relay.config));
  } finally {
    relay.close();
  }
}

/**
 * A page cannot open TCP connections: the player sends the bytes of each as WebSocket messages to
 * this relay.
 */
async function startRelay({ hostname, port: digits }: URL) {
  const port = Number(digits || 80);
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket: WebSocket) => {
    const tcp = connect(port, hostname);
    socket.on('message', (bytes: Buffer) => tcp.write(bytes)).on('close', () => tcp.destroy());
    socket.on('error', () => tcp.destroy());
    tcp.on('data', (bytes) => socket.send(bytes)).on('close', () => socket.close());
    tcp.on('error', () => socket.close());
  });
  await once(server, 'listening');
  const proxyUrl = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    config: { socketProxy: [{ host: hostname, port, proxyUrl }] },
    close() {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

async function addPlayer(context: BrowserContext, config: object): Promise<void> {
  const settings = {
    publicPath: '/__ruffle__/',
    autoplay: 'on',
    unmuteOverlay: 'hidden',
    splashScreen: false,
    allowScriptAccess: true,
    warnOnUnsupportedContent: false,
    polyfills: true,
    logLevel: 'warn',
    ...config,
  };
  await context.route('**/__ruffle__/*', (route) => {
    const path = join(home, basename(new URL(route.request().url()).pathname));
    if (!path.endsWith('.js')) return route.fulfill({ path });
    // A plug-in would not open its connections with what the page has made of `WebSocket`.
    const body = readFileSync(path, 'utf8').replaceAll('new WebSocket(', 'new window.__ruffleSocket(');
    return route.fulfill({ contentType: 'text/javascript', body });
  });
  await context.addInitScript('window.__ruffleSocket = window.WebSocket;');
  await context.addInitScript(`window.RufflePlayer = { config: ${JSON.stringify(settings)} };`);
  await context.addInitScript(readFileSync(player, 'utf8'));
}
