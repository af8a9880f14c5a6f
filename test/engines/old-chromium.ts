import { once } from 'node:events';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import type { RunOptions, RunResult } from './engine.ts';
import { enginesHome, executable } from './programs.ts';
import { inSandbox, type Sandbox, whileRuns } from './sandbox.ts';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--no-zygote',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-sync',
  '--remote-debugging-port=0',
];

/**
 * A Chromium of 2018 or 2021. Today's drivers refuse it, but the few commands of the DevTools
 * protocol that are needed are older than it.
 */
export function version(number: '64' | '92') {
  const binary = join(enginesHome, `chromium-${number}/chromium`);
  return {
    missing(): string | undefined {
      return executable(binary)
        ? undefined
        : `Chromium ${number} (test/engines/install.sh chromium-${number})`;
    },
    run(url: string, { seconds }: RunOptions): Promise<RunResult> {
      return inSandbox(seconds, (sandbox) => show(sandbox, binary, url));
    },
  };
}

async function show(sandbox: Sandbox, binary: string, url: string): Promise<void> {
  const child = sandbox.start(binary, [...FLAGS, `--user-data-dir=${sandbox.home}/profile`, url]);
  const address = await whileRuns(child, debuggerOf(sandbox, child.stderr as NodeJS.ReadableStream));
  const devTools = await DevTools.open(await pageOf(address));
  devTools.onEvent('Runtime.consoleAPICalled', ({ args }) => {
    sandbox.output += `${args.map((one: { value?: unknown; description?: string }) => one.value ?? one.description).join(' ')}\n`;
  });
  devTools.onEvent('Runtime.exceptionThrown', ({ exceptionDetails }) => {
    sandbox.output += `${exceptionDetails.exception?.description ?? exceptionDetails.text}\n`;
  });
  await devTools.call('Runtime.enable');
  for (;;) {
    const { result } = await devTools.call('Runtime.evaluate', { expression: 'document.title' });
    if (result.value === 'done') return;
    await new Promise((later) => setTimeout(later, 50));
  }
}

/** Where it says that its debugger listens. */
async function debuggerOf(sandbox: Sandbox, said: NodeJS.ReadableStream): Promise<string> {
  for (;;) {
    const found = /DevTools listening on ws:\/\/([^/\s]+)/.exec(sandbox.output);
    if (found !== null) return found[1] as string;
    await once(said, 'data');
  }
}

/** The first page is in the list a little after the port is open. */
async function pageOf(address: string): Promise<string> {
  for (;;) {
    const targets = (await (await fetch(`http://${address}/json/list`)).json()) as Record<string, string>[];
    const page = targets.find(({ type }) => type === 'page');
    if (page?.webSocketDebuggerUrl) return page.webSocketDebuggerUrl;
    await new Promise((later) => setTimeout(later, 50));
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the protocol's own objects, a different one for each command and event
type Fields = Record<string, any>;

/** One page's end of the DevTools protocol. */
class DevTools {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (result: Fields) => void>();
  readonly #listeners = new Map<string, (fields: Fields) => void>();
  #calls = 0;

  static async open(address: string): Promise<DevTools> {
    const socket = new WebSocket(address);
    await once(socket, 'open');
    return new DevTools(socket);
  }

  constructor(socket: WebSocket) {
    this.#socket = socket;
    // The browser ends with the sandbox, and its connection with it.
    socket.on('error', () => {});
    socket.on('message', (data) => {
      const { id, method, params, result } = JSON.parse(String(data)) as Fields;
      if (id === undefined) this.#listeners.get(method)?.(params);
      else this.#waiting.get(id)?.(result ?? {});
      this.#waiting.delete(id);
    });
  }

  onEvent(name: string, listener: (fields: Fields) => void): void {
    this.#listeners.set(name, listener);
  }

  call(method: string, params: Fields = {}): Promise<Fields> {
    const id = ++this.#calls;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((answered) => this.#waiting.set(id, answered));
  }
}
