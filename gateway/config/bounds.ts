import { defaultConnectionLimits as connections } from '../base/connection-counts.ts';
import { DEFAULT_HEADER_SIZE, defaultHttpTimes as http } from '../http/options.ts';
import { defaultSessionLimits as session } from '../session/limits.ts';
import { defaultRegistryLimits as registry } from '../session/registry.ts';
import { defaultTransportLimits as transport } from '../transport/options.ts';
import { maybe, option } from './option.ts';
import { bytes, cookieName, heartbeat, pause, time } from './settings.ts';
import { asDuration, asSize, count, duration, rate } from './units.ts';

/** Options that are times. */
export const times = {
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
};

/** Options that bound what clients may do and hold. */
export const bounds = {
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
};
