import { z } from 'zod';
import { defaultConnectionLimits as connections } from '../base/connection-counts.ts';
import { defaultLogOptions as log, logFormats, logLevels } from '../base/log.ts';
import { DEFAULT_HEADER_SIZE, defaultHttpTimes as http } from '../http/options.ts';
import { defaultSessionLimits as session } from '../session/limits.ts';
import { defaultRegistryLimits as registry } from '../session/registry.ts';
import { defaultProcessOptions as processes } from '../supervisor/options.ts';
import { defaultTransportLimits as transport } from '../transport/options.ts';
import { hostName, listenAddress, network, origin, policyDomain, policyPort } from './addresses.ts';
import { app, appKeys } from './app.ts';
import { authKeys } from './auth.ts';
import { cluster, clusterKeys, node } from './cluster.ts';
import { maybe, option, repeatable } from './option.ts';
import { hostValue, route, routeKeys, stompRouteKeys } from './routes.ts';
import {
  bytes,
  cookieName,
  fileName,
  heartbeat,
  pause,
  stompSettings,
  time,
  tlsSettings,
  userHeaderName,
  userKeys,
  workers,
} from './settings.ts';
import { sockjs, sockjsKeys } from './sockjs.ts';
import { asDuration, asSize, count, duration, oneOrMore, rate, toggle, word } from './units.ts';

/** The table of options. Flags, help, config keys and `createGateway` are all made from it. */
export const optionTable = {
  listen: option('--listen <[host:]port>', 'address to serve on', listenAddress(), '127.0.0.1:8080'),
  routes: repeatable(
    '--route <path=backend>',
    'ws://…, wss://…, stomp://…, stomps://…, stomp: or echo:',
    z.array(route()),
    ['/echo=echo:', '/stomp=stomp:'],
  ),
  app: maybe('--app <url>', 'a whole application: its HTTP, pages and WebSockets', app()),
  appHost: maybe('--app-host <host>', "Host that the application gets (default the client's)", hostValue()),
  origin: repeatable('--origin <origin>', 'pages allowed beside our own; * for all', oneOrMore(origin()), []),
  host: repeatable(
    '--host <name>',
    'Host name that is answered, others get 421; * for all',
    oneOrMore(hostName()),
    [],
  ),
  trustedProxy: repeatable(
    '--trusted-proxy <cidr>',
    'whose X-Forwarded-* is believed',
    oneOrMore(network()),
    [],
  ),
  userHeader: maybe(
    '--user-header <name>',
    'field in which trusted proxies name the user, for backends and the log',
    userHeaderName(),
  ),
  sockjs: option('--no-sockjs', 'do not answer SockJS below routes', sockjs(), true),
  jsonp: option('--jsonp', 'allow JSONP, for browsers that have nothing else', toggle(), false),
  policyPort: maybe(
    '--policy-port [port]',
    'fallback over Flash; socket policies there (default 843)',
    policyPort(),
  ),
  policyDomain: repeatable(
    '--policy-domain <domain>',
    'its SWFs may connect too; * for all',
    oneOrMore(policyDomain()),
    [],
  ),
  crossdomain: option('--crossdomain', 'serve /crossdomain.xml for the same hosts', toggle(), false),
  stompPort: maybe(
    '--stomp-port <[host:]port>',
    'plain TCP port of the embedded STOMP broker',
    listenAddress(),
  ),
  stomp: option(undefined, 'the embedded STOMP broker', stompSettings(), {}),
  tlsCert: maybe('--tls-cert <file>', 'PEM certificate chain: serve https and wss', fileName()),
  tlsKey: maybe('--tls-key <file>', 'PEM private key', fileName()),
  tls: maybe(undefined, 'cert, key, minVersion, ciphers', tlsSettings()),
  demo: {
    ...maybe(
      '--demo',
      'demo pages and their routes; they are there anyhow without --route and --app',
      toggle(),
    ),
    negated: '--no-demo',
    negatedHelp: 'leave them out',
  },

  heartbeat: option(
    '--heartbeat <time>',
    'between signs of life on a fallback',
    heartbeat(),
    asDuration(session.heartbeat),
  ),
  resumeWindow: option(
    '--resume-window <time>',
    'a session lives on unattached',
    time('24h'),
    asDuration(session.resumeWindow),
  ),
  attachTimeout: option(
    '--attach-timeout <time>',
    'a new session waits for its client',
    time('10m'),
    asDuration(session.attachTimeout),
  ),
  connectTimeout: option('--connect-timeout <time>', 'a backend may take to accept', time('10m'), '10s'),
  clientPing: option('--client-ping <time>', 'silence before a native client is pinged', pause(), '25s'),
  grace: option(
    '--grace <time>',
    'live sessions have when stopping',
    duration({ min: '0', max: '1h' }),
    '10s',
  ),
  headerTimeout: option(
    '--header-timeout <time>',
    "for a request's header",
    time('10m'),
    asDuration(http.headerTimeout),
  ),
  requestTimeout: option(
    '--request-timeout <time>',
    'for a whole request, its body included',
    time('1h'),
    asDuration(http.requestTimeout),
  ),
  keepAlive: option(
    '--keep-alive <time>',
    'an idle connection is kept',
    time('1h'),
    asDuration(http.keepAlive),
  ),

  maxMessage: option('--max-message <size>', 'message, either way (1009)', bytes('1KiB', '1GiB'), '16MiB'),
  maxHeaderSize: option(
    '--max-header-size <size>',
    "a request's header (431)",
    bytes('16KiB', '1MiB'),
    asSize(DEFAULT_HEADER_SIZE),
  ),
  maxBody: option(
    '--max-body <size>',
    'request body (413)',
    bytes('4KiB', '64MiB'),
    asSize(transport.maxBody),
  ),
  outbox: option(
    '--outbox <size>',
    'unacknowledged: the backend is not read',
    bytes('4KiB', '1GiB'),
    asSize(session.outbox),
  ),
  maxBuffered: option(
    '--max-buffered <size>',
    'unacknowledged: close (1013)',
    bytes('4KiB', '4GiB'),
    asSize(session.maxBuffered),
  ),
  inbox: option(
    '--inbox <size>',
    'waiting for the backend: answers are delayed',
    bytes('4KiB', '1GiB'),
    asSize(session.inbox),
  ),
  pollBudget: option(
    '--poll-budget <size>',
    'answer of one poll',
    bytes('1KiB', '64MiB'),
    asSize(transport.pollBudget),
  ),
  streamBudget: option(
    '--stream-budget <size>',
    'stream before renewal',
    bytes('1KiB', '1GiB'),
    asSize(transport.streamBudget),
  ),
  fragment: option(
    '--fragment <size>',
    'fragments of a large message',
    bytes('64', '16MiB'),
    asSize(session.fragment),
  ),
  maxDelayed: option(
    '--max-delayed <count>',
    'delayed answers per session (429)',
    count(1, 1000),
    session.maxDelayed,
  ),
  maxSessions: option(
    '--max-sessions <count>',
    'sessions in all (503)',
    count(1, 10_000_000),
    registry.maxSessions,
  ),
  maxSessionsPerAddress: option(
    '--max-sessions-per-address <count>',
    'sessions of one address (429)',
    count(1, 10_000_000),
    registry.maxSessionsPerAddress,
  ),
  maxConnections: option(
    '--max-connections <count>',
    'sessions and native connections in all (503)',
    count(1, 10_000_000),
    connections.maxConnections,
  ),
  maxConnectionsPerAddress: option(
    '--max-connections-per-address <count>',
    'the same of one address (429)',
    count(1, 10_000_000),
    connections.maxConnectionsPerAddress,
  ),
  createRate: option(
    '--create-rate <rate>',
    'new sessions and connections of one address, like 20/m (429)',
    rate('count'),
    'off',
  ),
  messageRate: option(
    '--message-rate <rate>',
    'messages of a client on one connection, like 100/s (1008)',
    rate('count'),
    'off',
  ),
  byteRate: option('--byte-rate <rate>', 'bytes of its messages, like 1MiB/s (1008)', rate('size'), 'off'),
  memory: maybe(
    '--memory <size>',
    'held for all clients (503; default half of the heap limit)',
    bytes('1MiB', '1024GiB'),
  ),
  memoryPerAddress: maybe(
    '--memory-per-address <size>',
    'held for the clients of one address (429; default a quarter of --memory)',
    bytes('256KiB', '1024GiB'),
  ),
  maxSessionAge: option(
    '--max-session-age <time>',
    'a session ends after this time, however alive',
    duration({ min: '1s', max: '480h', off: true }),
    asDuration(session.maxSessionAge),
  ),
  bindSession: maybe(
    '--bind-session <cookie>',
    'requests of a session must keep the value of this cookie',
    cookieName(),
  ),

  workers: maybe('--workers <count>', 'processes that serve together and can be reloaded; auto', workers()),
  pidFile: maybe('--pid-file <file>', 'has the process to send signals to', fileName()),
  node: maybe('--node <name>', 'begins the name of this process in addresses, for balancers', node()),
  cluster: maybe(
    '--cluster <urls>',
    'NATS servers over which gateways on several machines are one',
    cluster(),
  ),
  clusterCredentials: maybe('--cluster-credentials <file>', 'of a NATS user: .creds, or a seed', fileName()),
  clusterCa: maybe('--cluster-ca <file>', 'PEM: CA certificates for tls:// servers of NATS', fileName()),
  linger: option(
    '--linger <time>',
    'a process replaced by a reload keeps its sessions',
    duration({ min: '0', max: '480h' }),
    asDuration(processes.linger),
  ),
  maxGenerations: option(
    '--max-generations <count>',
    'replaced processes and the present ones',
    count(1, 100),
    processes.maxGenerations,
  ),

  logLevel: option('--log-level <level>', logLevels.join(', '), word(logLevels), log.level),
  logFormat: option(
    '--log-format <format>',
    `${logFormats.join(', ')}; auto: text on a terminal`,
    word(logFormats),
    log.format,
  ),
};

/** Checks a whole set of options and fills in defaults. */
export const gatewaySchema = z.strictObject(
  Object.fromEntries(Object.entries(optionTable).map(([key, { schema }]) => [key, schema])) as {
    [Key in keyof typeof optionTable]: (typeof optionTable)[Key]['schema'];
  },
);

/** Keys that are allowed in the table at `path`. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  if (path.length === 0) return Object.keys(optionTable);
  if (path[0] === 'routes') {
    if (path.includes('auth')) return authKeys;
    return path.includes('stomp') ? stompRouteKeys : routeKeys;
  }
  if (path[0] === 'sockjs') return sockjsKeys;
  if (path[0] === 'app') return appKeys;
  if (path[0] === 'cluster') return clusterKeys;
  if (path[1] === 'users') return userKeys;
  return Object.keys((path[0] === 'stomp' ? stompSettings() : tlsSettings()).shape);
}

/** Options that are each well formed. `resolveOptions` checks them together. */
export type CheckedOptions = z.output<typeof gatewaySchema>;
