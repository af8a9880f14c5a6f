#!/usr/bin/env node
import { isIPv6 } from 'node:net';
import { hostname } from 'node:os';
import { ConfigError } from './base/errors.ts';
import { ownPackage } from './base/package.ts';
import { readCommandLine } from './config/flags.ts';
import type { BackendOptions, ResolvedOptions } from './config/resolved.ts';
import { demoRoutes } from './demo/routes.ts';
import { composeGateway } from './gateway.ts';
import type { Gateway, GatewayAddress } from './index.ts';

/**
 * Exit codes: 0 after a drain; 1 if the system refuses something, or for a second signal; 2 for a
 * wrong flag or config key.
 */
async function main(): Promise<void> {
  // The reader of our output may end before the gateway: a broken pipe must not end it.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const commandLine = readCommandLine(process.argv.slice(2), ownPackage().version);
  if (commandLine.kind === 'print') {
    process.stdout.write(commandLine.text);
    return;
  }
  const { options, writtenAs } = commandLine;
  const gateway = composeGateway(options, {}, writtenAs);
  const address = await gateway.listen();
  closeOnSignals(gateway);
  process.stdout.write(`${startLines(options, address).join('\n')}\n`);
}

/** The first signal drains, the second does not wait. */
function closeOnSignals(gateway: Gateway): void {
  let draining = false;
  const onSignal = (): void => {
    if (draining) process.exit(1);
    draining = true;
    gateway.close().then(() => process.exit(0), fail);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

/**
 * One line for each route, and the addresses to open. Ports are those that were bound, as the
 * options may say 0.
 */
function startLines(options: ResolvedOptions, { port, stompPort, policyPort }: GatewayAddress): string[] {
  const routes = [...options.routes, ...demoRoutes(options)].map(
    ({ path, backend }) => `${path || '/'} -> ${backendName(backend)}`,
  );
  const page = options.demo ? '/' : '/shim/websocket.js';
  const broker = stompPort === undefined ? [] : [`stomp port ${stompPort} -> stomp:`];
  return [
    ...routes,
    ...broker,
    ...(policyPort === undefined ? [] : [policyLine(policyPort, port, options.flash.domains)]),
    ...hostsToOpen(options.listen.host).map((host) => `open ${urlOf(options, host, port)}${page}`),
  ];
}

function policyLine(policyPort: number, port: number, domains: readonly string[]): string {
  const whose = domains.includes('*') ? ['every host'] : ['our own hosts', ...domains];
  return `flash policy port ${policyPort} -> port ${port}, for SWFs of ${whose.join(', ')}`;
}

/** On every address, the machine is reached by its name. */
function hostsToOpen(host: string): string[] {
  return host === '0.0.0.0' || host === '::' ? ['localhost', hostname().toLowerCase()] : [host];
}

function urlOf(options: ResolvedOptions, host: string, port: number): string {
  return `${options.tls === undefined ? 'http' : 'https'}://${bracketed(host)}:${port}`;
}

function backendName(backend: BackendOptions): string {
  if (backend.kind === 'echo') return 'echo:';
  if (backend.kind === 'broker') return 'stomp: (in memory)';
  if (backend.kind === 'relay') {
    const hosts = backend.brokers.map(({ hostname: name, port }) => `${bracketed(name)}:${port}`);
    return `${backend.brokers[0]?.secure ? 'stomps' : 'stomp'}://${hosts.join(',')}`;
  }
  const { secure, hostname: name, port, path = '' } = backend;
  return `${secure ? 'wss' : 'ws'}://${bracketed(name)}:${port}${path}`;
}

function bracketed(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

const systemReasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the address is in use',
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'this machine does not have the address',
  ENOTFOUND: 'the name is not known',
};

const lowPortAdvice =
  '; ports below 1024 are for root and for programs with CAP_NET_BIND_SERVICE' +
  ' (in a systemd unit AmbientCapabilities=CAP_NET_BIND_SERVICE); or take a port from 1024 on';

/**
 * Node's error for an address that it could not listen on: `address` and `port`, or the name that
 * it could not resolve.
 */
type ListenError = NodeJS.ErrnoException & { address?: string; hostname?: string; port?: number };

/** Expected errors get one line; only an unexpected one comes with its stack. */
function fail(error: unknown): void {
  const { code, syscall, address, hostname: name, port } = error as ListenError;
  if (error instanceof ConfigError) end(2, error.message);
  else if (syscall === 'listen' || syscall === 'getaddrinfo') {
    const where = port === undefined ? name : `${bracketed(address ?? '')}:${port}`;
    const reason = `${systemReasons[code ?? ''] ?? 'refused'} (${code})`;
    end(1, `cannot listen on ${where}: ${reason}${code === 'EACCES' ? lowPortAdvice : ''}`);
  } else end(1, error instanceof Error ? String(error.stack) : String(error));
}

function end(exitCode: number, message: string): void {
  process.stderr.write(`fallback-gateway: ${message}\n`);
  process.exit(exitCode);
}

main().catch(fail);
