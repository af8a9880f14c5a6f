#!/usr/bin/env node
import { HostNames } from './access/hosts.ts';
import { ConfigError } from './base/errors.ts';
import { type Listen, listen, listenOnDescriptor } from './base/listen.ts';
import { createLog, type Log } from './base/log.ts';
import { ownPackage } from './base/package.ts';
import { runBrokerProcess } from './broker-process/run.ts';
import { brokerSettings } from './cli/broker-settings.ts';
import { CHECK_PAGE, checkPage } from './cli/check-page.ts';
import { refuseNpmFlags } from './cli/npm-flags.ts';
import { closeOnSignals } from './cli/signals.ts';
import { startLines } from './cli/start-lines.ts';
import { listenFailure } from './cli/system-errors.ts';
import { JoinedLink } from './cluster/joined-link.ts';
import type { Link } from './cluster/link.ts';
import { createNatsLink } from './cluster/nats-link.ts';
import { newNodeName } from './cluster/node-name.ts';
import { type CommandLine, readCommandLine } from './config/flags.ts';
import { writtenOn } from './config/remedies.ts';
import type { ResolvedOptions } from './config/resolved.ts';
import { composeGateway } from './gateway.ts';
import { inheritedSocket } from './supervisor/inherited-socket.ts';
import { writePidFile } from './supervisor/pid-file.ts';
import { reloadCommand } from './supervisor/reload-command.ts';
import { StartFailure } from './supervisor/start-failure.ts';
import { Supervision } from './supervisor/supervise.ts';
import { runWorker, type WorkerSettings } from './supervisor/worker.ts';
import { BROKER, WORKER, WORKER_VARIABLE } from './supervisor/worker-port.ts';

/** A command line that says to serve. */
type Serve = Extract<CommandLine, { readonly kind: 'run' }>;

/**
 * Exit codes: 0 after a drain, or when the configuration is right with --check; 1 if the system
 * refuses something, or for a second signal; 2 for a wrong flag or config key; 3 for `check-page`
 * when the page gets no tag.
 */
async function main(): Promise<void> {
  // The reader of our output may end before the gateway: a broken pipe must not end it.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const args = process.argv.slice(2);
  const role = takeRole();
  if (role === WORKER) serveAsWorker(args);
  else if (role === BROKER) runBrokerProcess();
  else if (args[0] === CHECK_PAGE || args[0] === 'reload') await command(args[0], args.slice(1));
  else await start(args);
}

async function command(name: string, args: readonly string[]): Promise<void> {
  // One help text has all commands.
  if (args[0] === '--help' || args[0] === '-h') await start(['--help']);
  else if (name === CHECK_PAGE) await check(args);
  else await reload(args);
}

async function start(args: readonly string[]): Promise<void> {
  refuseNpmFlags(args, process.env);
  const commandLine = readCommandLine(args, ownPackage().version);
  if (commandLine.kind === 'print') {
    process.stdout.write(commandLine.text);
    return;
  }
  const descriptor = inheritedSocket(process.env, process.pid);
  if (commandLine.options.processes.workers === undefined) await serveAlone(commandLine, descriptor);
  else await serveWithWorkers(commandLine, args, descriptor);
}

async function serveAlone(commandLine: Serve, descriptor: number | undefined): Promise<void> {
  const { options, writtenAs } = commandLine;
  const gateway = composeGateway(options, {}, writtenAs, { listen: listenFor(descriptor) });
  const address = await gateway.listen();
  closeOnSignals({ drain: () => gateway.close(), fail });
  sayStarted(commandLine, address);
}

/** This process starts others that serve, and replaces them at a reload. */
async function serveWithWorkers(
  commandLine: Serve,
  args: readonly string[],
  descriptor: number | undefined,
): Promise<void> {
  const log = createLog(commandLine.options.log);
  const { version: release } = ownPackage();
  const { status: at, access } = commandLine.options;
  const status = at && { listen: at, hosts: new HostNames(access.hosts) };
  const supervision = new Supervision({ log, release, args, descriptor, status });
  closeOnSignals({
    drain: () => supervision.drain(),
    reload: () => supervision.reload(),
    kill: () => supervision.kill(),
    fail,
  });
  if (process.platform !== 'win32') process.on('SIGUSR1', () => supervision.reopenLogs());
  const { address } = await supervision.start();
  sayStarted(commandLine, { statusPort: undefined, ...address });
}

function sayStarted({ options }: Serve, address: Parameters<typeof startLines>[1]): void {
  const { pidFile } = options.processes;
  if (pidFile !== undefined) process.once('exit', writePidFile(pidFile));
  process.stdout.write(`${startLines(options, address).join('\n')}\n`);
}

function listenFor(descriptor: number | undefined): Listen {
  if (descriptor === undefined) return listen;
  return (server, address, use) =>
    use === 'gateway' ? listenOnDescriptor(server, descriptor) : listen(server, address, use);
}

/** What a supervisor has started this process as. */
function takeRole(): string | undefined {
  const role = process.send === undefined ? undefined : process.env[WORKER_VARIABLE];
  delete process.env[WORKER_VARIABLE];
  return role;
}

function serveAsWorker(args: readonly string[]): void {
  const { version: release } = ownPackage();
  runWorker({
    release,
    load: (snapshot) => {
      const isSame = snapshot !== undefined && snapshot.release === release;
      return settingsOf(isSame ? (snapshot.content as Serve) : readServe(args, release), release);
    },
    failure,
  });
}

/** The supervisor has read the same flags: they say to serve. */
function readServe(args: readonly string[], release: string): Pick<Serve, 'options' | 'written'> {
  const { options, written } = readCommandLine(args, release) as Serve;
  return { options, written };
}

function settingsOf(
  { options, written }: Pick<Serve, 'options' | 'written'>,
  release: string,
): WorkerSettings {
  const { processes, grace, connectTimeout } = options;
  const { workers = 1 } = processes;
  const writtenAs = writtenOn(written);
  return {
    release,
    node: newNodeName(options.node),
    log: createLog(options.log),
    processes,
    grace,
    snapshot: { release, content: { options, written } },
    broker: (socketPath) => brokerSettings(options, writtenAs, workers, socketPath),
    compose: ({ log, link, machine, listen: via, brokerPath }) =>
      composeGateway(options, { log }, writtenAs, {
        listen: via,
        link: joined(link, machine, options, log),
        processes: { workers, hasBroker: brokerPath !== undefined },
        broker: brokerPath === undefined ? undefined : { socketPath: brokerPath, connectTimeout },
        servesStatus: false,
      }),
  };
}

/** Workers reach each other without the servers between machines. */
function joined(link: Link, machine: string, { cluster }: ResolvedOptions, log: Log): Link {
  if (cluster === undefined) return link;
  return new JoinedLink([link, createNatsLink({ self: link.self, cluster, log, machine })]);
}

async function check(args: readonly string[]): Promise<void> {
  const { lines, exitCode } = await checkPage(args);
  process.stdout.write(`${lines.join('\n')}\n`);
  process.exitCode = exitCode;
}

async function reload(args: readonly string[]): Promise<void> {
  try {
    const { isDone, lines } = await reloadCommand(args);
    if (!isDone) end(1, lines);
    process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  } catch (error) {
    if (error instanceof ConfigError) end(1, error.problems);
    throw error;
  }
}

function fail(error: unknown): never {
  const { exitCode, lines } = failure(error);
  end(exitCode, lines);
}

/** Expected errors get a line each; only an unexpected one comes with its stack. */
function failure(error: unknown): { readonly exitCode: number; readonly lines: readonly string[] } {
  if (error instanceof ConfigError) return { exitCode: 2, lines: error.problems };
  if (error instanceof StartFailure) return error;
  const reason = listenFailure(error) ?? (error instanceof Error ? String(error.stack) : String(error));
  return { exitCode: 1, lines: [reason] };
}

function end(exitCode: number, lines: readonly string[]): never {
  process.stderr.write(lines.map((line) => `fallback-gateway: ${line}\n`).join(''));
  process.exit(exitCode);
}

main().catch(fail);
