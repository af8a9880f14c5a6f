import { hostname } from 'node:os';
import type { GatewayAddress } from '../api.ts';
import { ownPackage } from '../base/package.ts';
import { isLoopback, urlHost } from '../base/url-host.ts';
import type { BackendOptions, ResolvedOptions } from '../config/resolved.ts';
import { demoRoutes } from '../demo/routes.ts';

/**
 * What a start prints: the process, a line for each route, the addresses to open, and what to
 * change first. Ports are those that were bound, as the options may say 0.
 */
export function startLines(options: ResolvedOptions, address: GatewayAddress): string[] {
  const { port, stompPort, policyPort, statusPort } = address;
  const { version } = ownPackage();
  const routes = [...options.routes, ...demoRoutes(options)].map(
    ({ path, backend }) => `${path || '/'} -> ${backendName(backend)}`,
  );
  const { app } = options;
  if (app !== undefined)
    routes.push(`all else -> ${appName(app)}${app.inject ? ', with the shim in its pages' : ''}`);
  return [
    `fallback-gateway ${version}, process ${process.pid}: Ctrl-C or kill ${process.pid} ends it`,
    ...(options.processes.workers === undefined ? [] : [workersLine(options.processes.workers)]),
    ...routes,
    ...(isSplitBroker(options) ? [SPLIT_BROKER] : []),
    ...(stompPort === undefined ? [] : [`stomp port ${stompPort} -> stomp:`]),
    ...(policyPort === undefined ? [] : [policyLine(policyPort, port, options.flash.domains)]),
    ...statusLine(options, statusPort),
    ...hostsToOpen(options.listen.host, options.publicNames).flatMap((host) =>
      pagesAt(options, urlOf(options, host, port)),
    ),
    ...firstChanges(options, port),
  ];
}

/** Its clients meet only those whose sessions are on the same machine, which no client chooses. */
function isSplitBroker({ cluster, routes }: ResolvedOptions): boolean {
  return cluster !== undefined && routes.some(({ backend }) => backend.kind === 'broker');
}

const SPLIT_BROKER =
  'stomp: is a broker of its own on each machine of the cluster: use one for all, --route /stomp=stomp://HOST';

function pagesAt({ demo, app }: ResolvedOptions, url: string): string[] {
  if (app !== undefined) return [`open ${url}/ for the application`];
  if (demo) return [`open ${url}/ for the demo, ${url}/laboratory.html for what works in a browser`];
  return [
    `open ${url}/shim/websocket.js, or put <script src="${url}/shim/websocket.min.js"></script> into a page`,
  ];
}

/** What a new operator needs next. */
function firstChanges(options: ResolvedOptions, port: number): string[] {
  const lines: string[] = [];
  const isOwnServer = options.routes.some(
    ({ backend }) => backend.kind === 'websocket' || backend.kind === 'relay',
  );
  if (!isOwnServer && options.app === undefined)
    lines.push('--route /ws=ws://127.0.0.1:9001 leads to a server of your own');
  if (isLoopback(options.listen.host)) lines.push(`--listen 0.0.0.0:${port} opens it to other machines`);
  else if (options.publicNames.length === 0 && !options.access.hosts.includes('*'))
    lines.push('--host gateway.example is the name that browsers use');
  if (options.access.origins.length === 0 && options.app === undefined)
    lines.push('--origin http://app.example admits pages of other sites');
  if (options.status === undefined && options.demo)
    lines.push('--status 9090 adds a status page and metrics');
  return lines.length === 0 ? [] : [`next: ${lines.join('; ')}`];
}

function workersLine(workers: number): string {
  const who = workers === 1 ? '1 worker' : `${workers} workers`;
  return `${who}: kill -HUP ${process.pid} or fallback-gateway reload replaces them and closes no connection`;
}

function policyLine(policyPort: number, port: number, domains: readonly string[]): string {
  const whose = domains.includes('*') ? ['every host'] : ['our own hosts', ...domains];
  return `flash policy port ${policyPort} -> port ${port}, for SWFs of ${whose.join(', ')}`;
}

function statusLine({ status }: ResolvedOptions, port: number | undefined): string[] {
  if (status === undefined || port === undefined) return [];
  const [host = ''] = hostsToOpen(status.host);
  return [`status at http://${urlHost(host)}:${port}/status, metrics at /metrics`];
}

/**
 * On every address the machine is reached by the names that the operator gave it, or by its own. A
 * loopback address is for the machine itself: a name leads to the proxy in front, whose port is not
 * known here.
 */
function hostsToOpen(host: string, names: readonly string[] = []): string[] {
  if (host === '0.0.0.0' || host === '::')
    return ['localhost', ...(names.length > 0 ? names : [hostname().toLowerCase()])];
  return isLoopback(host) || names.includes(host) ? [host] : [host, ...names];
}

function urlOf(options: ResolvedOptions, host: string, port: number): string {
  return `${options.tls === undefined ? 'http' : 'https'}://${urlHost(host)}:${port}`;
}

function appName({ secure, hostname: name, port }: NonNullable<ResolvedOptions['app']>): string {
  return `${secure ? 'https' : 'http'}://${urlHost(name)}:${port}`;
}

function backendName(backend: BackendOptions): string {
  if (backend.kind === 'echo') return 'echo:';
  if (backend.kind === 'broker') return 'stomp: (in memory)';
  if (backend.kind === 'relay') {
    const hosts = backend.brokers.map(({ hostname: name, port }) => `${urlHost(name)}:${port}`);
    return `${backend.brokers[0]?.secure ? 'stomps' : 'stomp'}://${hosts.join(',')}`;
  }
  const { secure, hostname: name, port, path = '' } = backend;
  return `${secure ? 'wss' : 'ws'}://${urlHost(name)}:${port}${path}`;
}
