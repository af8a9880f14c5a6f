import { isIP } from 'node:net';
import { getHeapStatistics } from 'node:v8';
import type { MemoryLimits } from '../base/memory-budget.ts';
import type { Rate } from '../base/token-bucket.ts';
import type { FlashSettings } from '../flash/flash.ts';
import type { HttpLimits } from '../http/options.ts';
import { type SessionLimits, silenceFor } from '../session/limits.ts';
import type { TransportLimits } from '../transport/options.ts';
import { unrooted } from './addresses.ts';
import { checkEach } from './check-each.ts';
import { alsoNamed, badOption, keyPath, type NameOf } from './complaint.ts';
import type { GatewayOptions } from './options.ts';
import { Problems } from './problems.ts';
import { resolveApp } from './resolve-app.ts';
import { resolveCluster } from './resolve-cluster.ts';
import { resolveRoutes, routeDefaults } from './resolve-routes.ts';
import type { ResolvedOptions } from './resolved.ts';
import type { CheckedOptions } from './schema.ts';
import { resolveTls } from './tls.ts';

/**
 * Checks options and fills in defaults, once. Throws a `ConfigError` whose message has one line for
 * each mistake: key path, value, what is allowed. `nameOf` names a key in that line; `problems` may
 * hold mistakes that were found before.
 */
export function resolveOptions(
  given: GatewayOptions = {},
  nameOf: NameOf = keyPath,
  problems = new Problems(),
): ResolvedOptions {
  const { options, indexOf } = checkEach(given, nameOf, problems);
  const nameOfRoute = (index: number, ...keys: string[]): string =>
    nameOf(['routes', indexOf(index), ...keys]);
  // The routes that are there without any are for a first look.
  const isAppAlone = given?.app !== undefined && given.routes === undefined;
  problems.check(['listen', 'stompPort', 'policyPort', 'status'], () => checkPorts(options, nameOf));
  const resolved = {
    listen: options.listen,
    tls: problems.check(['tls', 'tlsCert', 'tlsKey'], () => resolveTls(options, nameOf, problems)),
    routes: resolveRoutes(isAppAlone ? { ...options, routes: [] } : options, nameOfRoute, problems),
    routeDefaults: routeDefaults(options),
    app: problems.check(['app', 'appHost', 'demo'], () => resolveApp(options, nameOf)),
    access: {
      origins: options.origin,
      hosts: acceptedHosts(options),
      trustedProxies: options.trustedProxy,
      userHeader: problems.check(['userHeader', 'trustedProxy'], () => userHeader(options, nameOf)),
    },
    publicNames: options.host.filter((name) => name !== '*').map(unrooted),
    demo: options.demo ?? (given?.routes === undefined && given?.app === undefined),
    session: problems.check(['maxBuffered', 'outbox'], () => sessionLimits(options, nameOf)),
    transport: transportLimits(options),
    sessionLimits: {
      maxSessions: options.maxSessions,
      maxSessionsPerAddress: options.maxSessionsPerAddress,
    },
    connectionLimits: {
      maxConnections: options.maxConnections,
      maxConnectionsPerAddress: options.maxConnectionsPerAddress,
    },
    memoryLimits: problems.check(['memory', 'memoryPerAddress'], () => memoryLimits(options, nameOf)),
    isMemoryGiven: options.memory !== undefined,
    createRate: rateOf(options.createRate),
    bindSession: options.bindSession,
    http: problems.check(['headerTimeout', 'requestTimeout'], () => httpLimits(options, nameOf)),
    connectTimeout: options.connectTimeout,
    grace: options.grace,
    stomp: {
      listen: options.stompPort,
      users: undefined,
      subscribe: undefined,
      send: undefined,
      maxMessage: options.maxMessage,
      ...options.stomp,
    },
    sockjs: options.sockjs.enabled ? { library: undefined, ...options.sockjs } : undefined,
    flash: problems.check(['policyDomain', 'policyPort', 'crossdomain'], () => resolveFlash(options, nameOf)),
    status: options.status,
    processes: {
      workers: options.workers,
      workerTimeout: options.workerTimeout,
      pidFile: options.pidFile,
      linger: options.linger,
      maxGenerations: options.maxGenerations,
    },
    node: options.node,
    cluster: problems.check(['cluster', 'clusterCredentials', 'clusterCa'], () =>
      resolveCluster(options, nameOf),
    ),
    accessLog: options.accessLog,
    log: { level: options.logLevel, format: options.logFormat },
  };
  problems.throwIfAny();
  return deepFreeze(resolved);
}

/** Refuses a port that two servers would share, before one of them listens. */
function checkPorts({ listen, stompPort, policyPort, status }: CheckedOptions, nameOf: NameOf): void {
  const servers = [
    { key: 'listen', ...listen },
    ...(stompPort === undefined ? [] : [{ key: 'stompPort', ...stompPort }]),
    ...(policyPort === undefined ? [] : [{ key: 'policyPort', host: listen.host, port: policyPort }]),
    ...(status === undefined ? [] : [{ key: 'status', ...status }]),
  ];
  const isEvery = (host: string): boolean => host === '0.0.0.0' || host === '::';
  for (const [index, { key, host, port }] of servers.entries()) {
    const other = servers
      .slice(0, index)
      .find((one) => one.port === port && (one.host === host || isEvery(one.host) || isEvery(host)));
    if (other === undefined || port === 0) continue;
    throw badOption(`${nameOf([key])} ${port} is the port of ${alsoNamed(nameOf, other.key)} too`);
  }
}

/** From anybody else the field is dropped, so without such proxies nobody would have a name. */
function userHeader({ userHeader, trustedProxy }: CheckedOptions, nameOf: NameOf): string | undefined {
  if (userHeader === undefined || trustedProxy.length > 0) return userHeader;
  throw badOption(`${nameOf(['userHeader'])} needs ${alsoNamed(nameOf, 'trustedProxy')}`);
}

/** The gateway answers to the name that it listens on and to the hosts of allowed origins. */
function acceptedHosts(options: CheckedOptions): string[] {
  const { host } = options.listen;
  const ofOrigins = options.origin.map((origin) => /^https?:\/\/([a-z0-9_.-]+)/.exec(origin)?.[1]);
  const names = [...options.host, ...ofOrigins, isIP(host) ? undefined : host];
  return [...new Set(names.filter((name) => name !== undefined).map(unrooted))];
}

/**
 * SWFs of allowed pages may connect, too. `*` among the origins does not allow every SWF: that
 * takes `policyDomain`.
 */
function resolveFlash(options: CheckedOptions, nameOf: NameOf): FlashSettings {
  const { policyPort, policyDomain, crossdomain } = options;
  if (policyDomain.length > 0 && policyPort === undefined && !crossdomain) {
    const needed = `${alsoNamed(nameOf, 'policyPort')} or ${alsoNamed(nameOf, 'crossdomain')}`;
    throw badOption(`${nameOf(['policyDomain'])} needs ${needed}`);
  }
  const { host } = options.listen;
  const ofOrigins = options.origin.map((origin) => /^https?:\/\/(\[[^\]]+\]|[^:]+)/.exec(origin)?.[1]);
  const domains = [
    ...policyDomain,
    ...options.host,
    ...ofOrigins,
    isIP(host) ? undefined : host.toLowerCase(),
  ];
  return {
    listen: policyPort === undefined ? undefined : { host, port: policyPort },
    domains: [...new Set(domains.filter((domain) => domain !== undefined))],
    crossdomain,
  };
}

function sessionLimits(options: CheckedOptions, nameOf: NameOf): SessionLimits {
  if (options.maxBuffered < options.outbox) {
    throw badOption(
      `${nameOf(['maxBuffered'])} ${options.maxBuffered} must not be less than ${alsoNamed(nameOf, 'outbox')}, ${options.outbox}`,
    );
  }
  const { heartbeat, resumeWindow, attachTimeout, maxSessionAge } = options;
  const { outbox, inbox, maxBuffered, fragment, maxDelayed } = options;
  return {
    ...{ heartbeat, silence: silenceFor(heartbeat), resumeWindow, attachTimeout, maxSessionAge },
    ...{ outbox, inbox, maxBuffered, fragment, maxDelayed },
    ...messageRates(options),
  };
}

function messageRates({ messageRate, byteRate }: CheckedOptions): Pick<SessionLimits, 'rates'> {
  const rates = { messages: rateOf(messageRate), bytes: rateOf(byteRate) };
  return rates.messages === undefined && rates.bytes === undefined ? {} : { rates };
}

function rateOf(given: Rate | 'off'): Rate | undefined {
  return given === 'off' ? undefined : given;
}

function transportLimits({ maxBody, pollBudget, streamBudget }: CheckedOptions): TransportLimits {
  return { maxBody, pollBudget, streamBudget };
}

/** The other half of V8's heap is for the gateway itself, and for what the counts do not see. */
function memoryLimits(options: CheckedOptions, nameOf: NameOf): MemoryLimits {
  const { memory = Math.floor(getHeapStatistics().heap_size_limit / 2) } = options;
  const { memoryPerAddress = Math.floor(memory / 4) } = options;
  if (memoryPerAddress > memory) {
    throw badOption(
      `${nameOf(['memoryPerAddress'])} ${memoryPerAddress} must not be more than ${alsoNamed(nameOf, 'memory')}, ${memory}`,
    );
  }
  return { memory, memoryPerAddress };
}

function httpLimits(options: CheckedOptions, nameOf: NameOf): HttpLimits {
  const { headerTimeout, requestTimeout, keepAlive, maxHeaderSize } = options;
  if (headerTimeout > requestTimeout) {
    throw badOption(
      `${nameOf(['headerTimeout'])} ${headerTimeout} must not be more than ${alsoNamed(nameOf, 'requestTimeout')}, ${requestTimeout}`,
    );
  }
  return { headerTimeout, requestTimeout, keepAlive, maxHeaderSize };
}

/** Buffers cannot be frozen; nothing writes to certificates. */
function deepFreeze<T>(value: T): T {
  if (value === null || typeof value !== 'object' || Buffer.isBuffer(value) || Object.isFrozen(value))
    return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}
