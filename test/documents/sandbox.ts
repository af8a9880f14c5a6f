import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { userWithKey } from '../support/cluster/nats-accounts.ts';
import { selfSigned } from '../support/machine/self-signed.ts';
import { root } from './markdown.ts';

/** Milliseconds that a command or the start of a server may take on a busy machine. */
const LONGEST = 60_000;

/**
 * A folder in which the package is installed: what `npm pack` puts into it, with the packages of
 * this checkout beside it, and the command `fallback-gateway`. It has a file `gateway.yaml`, and
 * certificates under the names that documents use.
 */
export class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), 'gateway-documents-'));
  readonly #servers: Server[] = [];

  constructor() {
    const packed = join(this.folder, 'node_modules/fallback-gateway');
    for (const file of packedFiles()) {
      mkdirSync(dirname(join(packed, file)), { recursive: true });
      copyFileSync(root + file, join(packed, file));
    }
    for (const name of readdirSync(`${root}node_modules`).filter((one) => !one.startsWith('.'))) {
      symlinkSync(`${root}node_modules/${name}`, join(this.folder, 'node_modules', name));
    }
    this.#write('bin/fallback-gateway', `#!/bin/sh\nexec node "${packed}/dist/gateway/main.js" "$@"\n`);
    chmodSync(join(this.folder, 'bin/fallback-gateway'), 0o755);
    this.#write('package.json', '{ "private": true, "type": "module" }');
    this.reset();
    this.#write('etc/shop.creds', userWithKey().seed.toString());
    this.#write('run/.keep', '');
    this.#certificates();
  }

  /** Puts a config file where the page before may have left another one. */
  reset(): void {
    this.#write('gateway.yaml', 'routes: [/ws=ws://127.0.0.1:9001]\n');
  }

  /** Saves a block under the name that its page gives it. */
  save(name: string, text: string): void {
    this.#write(name, text);
  }

  /** Runs a command to its end. Throws with what it printed if it fails. */
  async run(command: string): Promise<string> {
    const server = this.#start(command);
    const code = await server.ended();
    if (code !== 0) throw new Error(`${command}\nended with ${code}: ${server.output}`);
    return server.output;
  }

  /** Starts a command that goes on, and waits until `isReady` says that it serves. */
  async serve(command: string, isReady: (output: string) => Promise<boolean> | boolean): Promise<void> {
    // Of two gateways of one page the second is started when the first is stopped.
    if (!command.startsWith('node ')) await this.#stopGateways();
    const server = this.#start(command);
    this.#servers.push(server);
    const late = Date.now() + LONGEST;
    while (!(await isReady(server.output))) {
      if (server.hasEnded) throw new Error(`${command}\nended: ${server.output}`);
      if (Date.now() > late) throw new Error(`${command}\ndoes not serve: ${server.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Ends the servers of a page, those started first last. */
  async stop(): Promise<void> {
    for (const server of this.#servers.splice(0).toReversed()) await server.stop();
  }

  async #stopGateways(): Promise<void> {
    for (const server of this.#servers.filter(({ command }) => !command.startsWith('node ')))
      await server.stop();
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #start(command: string): Server {
    const path = `${join(this.folder, 'bin')}${delimiter}${process.env.PATH}`;
    const env = { ...process.env, PATH: path, FORCE_COLOR: '0' };
    return new Server(
      command,
      spawn('bash', ['-c', command], {
        cwd: this.folder,
        env,
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
  }

  #write(name: string, text: string): void {
    mkdirSync(dirname(join(this.folder, name)), { recursive: true });
    writeFileSync(join(this.folder, name), text);
  }

  #certificates(): void {
    const made = selfSigned();
    if (made === undefined) return;
    for (const name of ['intranet-ca.pem', 'gateway.pem', 'etc/nats-ca.pem']) {
      mkdirSync(dirname(join(this.folder, name)), { recursive: true });
      copyFileSync(made.cert, join(this.folder, name));
    }
    copyFileSync(made.key, join(this.folder, 'gateway-key.pem'));
    made.remove();
  }
}

/** A command in a process group of its own. */
class Server {
  readonly command: string;
  output = '';
  hasEnded = false;
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;

  constructor(command: string, child: ChildProcess) {
    this.command = command;
    this.#child = child;
    this.#closed = once(child, 'close').then(() => {
      this.hasEnded = true;
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
  }

  async ended(): Promise<number | string | null> {
    const late = setTimeout(() => this.#kill('SIGKILL'), LONGEST);
    await this.#closed;
    clearTimeout(late);
    return this.#child.exitCode ?? this.#child.signalCode;
  }

  async stop(): Promise<void> {
    if (!this.hasEnded) this.#kill('SIGTERM');
    const late = setTimeout(() => this.#kill('SIGKILL'), 10_000);
    await this.#closed;
    clearTimeout(late);
  }

  #kill(signal: NodeJS.Signals): void {
    if (this.#child.pid !== undefined && !this.hasEnded) process.kill(-this.#child.pid, signal);
  }
}

/** Whether something listens on a port of this machine. */
export async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function packedFiles(): string[] {
  const said = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [packed] = JSON.parse(said) as { files: { path: string }[] }[];
  return (packed?.files ?? []).map(({ path }) => path).filter((path) => existsSync(root + path));
}
