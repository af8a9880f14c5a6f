import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { nativeClient, pollingClient, type Seen } from './honest-client.ts';
import { ECHO, SILENT, STOMP } from './target.ts';

/** What came out of it. */
export interface Outcome {
  /** The gateway's exit code or signal, if it ended. */
  readonly ended: string | undefined;
  /** MiB: the most that the gateway's process had resident. */
  readonly rss: number;
  /** Round trips of the honest clients' messages in ms: median, 99th percentile, longest. */
  readonly median: number;
  readonly p99: number;
  readonly longest: number;
  readonly echoes: number;
  /** What honest clients saw that they should not. */
  readonly wrong: readonly string[];
  /** How often each attack was made. */
  readonly rounds: Readonly<Record<string, number>>;
  readonly log: string;
}

const MiB = 1024 ** 2;
const program = fileURLToPath(new URL('../../dist/gateway/main.js', import.meta.url));
const attacker = fileURLToPath(new URL('./attacker.ts', import.meta.url));

/**
 * Starts the built gateway with a heap of `heap` MiB. `attackers` processes make every attack over
 * and over for `seconds`. Resolves with what became of the gateway and of 20 honest clients.
 */
export async function underAttack(seconds: number, attackers: number, heap = 512): Promise<Outcome> {
  const silent = await silentServer();
  const gateway = spawn(
    process.execPath,
    [
      ...[`--max-old-space-size=${heap}`, program, '--listen', '127.0.0.1:0', '--log-level', 'warn'],
      ...['--no-demo', '--route', `${ECHO}=echo:`, '--route', `${STOMP}=stomp:`],
      ...['--route', `${SILENT}=ws://127.0.0.1:${silent.port}`],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let log = '';
  let ended: string | undefined;
  gateway.on('exit', (code, signal) => {
    ended = String(signal ?? code);
  });
  const port = await new Promise<number>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      if (log.length < 1_000_000) log += chunk;
      const found = /^open https?:\/\/127\.0\.0\.1:(\d+)/m.exec(log);
      if (found !== null) resolve(Number(found[1]));
    };
    gateway.stdout.on('data', read);
    gateway.stderr.on('data', read);
    gateway.on('exit', () => reject(new Error(`the gateway ended: ${log}`)));
  });

  let rss = 0;
  const watch = setInterval(() => {
    rss = Math.max(rss, residentSize(gateway.pid as number));
  }, 200);

  const over = new AbortController();
  const honest = [
    ...Array.from({ length: 10 }, () => pollingClient(port, over.signal)),
    ...Array.from({ length: 10 }, () => nativeClient(port, over.signal)),
  ];
  const rounds: Record<string, number> = {};
  await Promise.all(
    Array.from({ length: attackers }, async () => {
      const child = fork(attacker, [String(port), String(seconds)], {
        execArgv: ['--import', 'tsx'],
        stdio: 'ignore',
      });
      child.on('message', (made: Record<string, number>) => {
        for (const [name, times] of Object.entries(made)) rounds[name] = (rounds[name] ?? 0) + times;
      });
      await once(child, 'exit');
    }),
  );
  const alive = ended;
  over.abort();
  const seen: readonly Seen[] = alive === undefined ? await Promise.all(honest) : [];
  clearInterval(watch);
  if (gateway.exitCode === null && gateway.signalCode === null) {
    gateway.kill('SIGKILL');
    await once(gateway, 'exit');
  }
  silent.close();
  const echoes = seen.flatMap(({ echoes }) => echoes).sort((a, b) => a - b);
  return {
    ended: alive,
    rss: rss / MiB,
    median: echoes[Math.floor(echoes.length / 2)] ?? Number.NaN,
    p99: echoes[Math.floor(echoes.length * 0.99)] ?? Number.NaN,
    longest: echoes.at(-1) ?? Number.NaN,
    echoes: echoes.length,
    wrong: seen.flatMap(({ wrong }) => wrong),
    rounds,
    log,
  };
}

/** Bytes of a process that are in memory (proc(5)); 0 where there is no such file. */
function residentSize(pid: number): number {
  try {
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}

async function silentServer(): Promise<{ port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
