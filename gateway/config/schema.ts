import { z } from 'zod';
import { defaultLogOptions as log, logFormats, logLevels } from '../base/log.ts';
import { defaultProcessOptions as processes } from '../supervisor/options.ts';
import { hostName, listenAddress, network, origin, policyDomain, policyPort } from './addresses.ts';
import { app, appKeys } from './app.ts';
import { authKeys } from './auth.ts';
import { bounds, times } from './bounds.ts';
import { cluster, clusterKeys, node } from './cluster.ts';
import { maybe, option, repeatable } from './option.ts';
import { hostValue, route, routeKeys, stompRouteKeys } from './routes.ts';
import { fileName, stompSettings, tlsSettings, userHeaderName, userKeys, workers } from './settings.ts';
import { sockjs, sockjsKeys } from './sockjs.ts';
import { asDuration, count, duration, oneOrMore, toggle, word } from './units.ts';

/** The table of options. Flags, help, config keys and `createGateway` are all made from it. */
export const optionTable = {
  listen: option('--listen <[host:]port>', 'address to serve on', listenAddress(), '127.0.0.1:8080'),
  routes: repeatable(
    '--route <path=backend>',
    'ws://…, wss://…, stomp://…, stomps://…, stomp: or echo:',
    z.array(route()),
    ['/echo=echo:', '/stomp=stomp:'],
  ),
  app: maybe('--app <url>', 'a whole application behind: its HTTP, pages, WebSockets', app()),
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
  status: maybe('--status <[host:]port>', 'metrics and a status page there', listenAddress()),
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

  ...times,
  ...bounds,

  workers: maybe('--workers <count>', 'processes that serve together; auto: one per processor', workers()),
  workerTimeout: option(
    '--worker-timeout <time>',
    'a worker that does not answer for so long is killed',
    duration({ min: '1s', max: '1h', off: true }),
    asDuration(processes.workerTimeout),
  ),
  pidFile: maybe('--pid-file <file>', 'has the process to send signals to', fileName()),
  node: maybe('--node <name>', 'begins the names of these processes, for balancers', node()),
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

  accessLog: maybe(
    '--access-log <file>',
    'requests in combined format; SIGUSR1 opens the file again',
    fileName(),
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
