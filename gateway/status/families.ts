import { DURATION_BOUNDS, type Flow, type RouteCounters } from '../base/counters.ts';
import type { Tally } from '../base/tally.ts';
import type { ProcessFacts, SessionFacts } from './facts.ts';
import { type Metric, PREFIX, type Sample } from './metric.ts';

/** One metric: what it is called, what it means, and how its samples are read. */
interface Family {
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** With its unit, where it has one. */
  readonly help: string;
  /** @default 'sum' */
  readonly aggregator?: 'sum' | 'max';
  read(facts: ProcessFacts): Iterable<Sample>;
}

/**
 * Every metric of the gateway's own, by name without prefix. Labels are bounded: routes come from
 * the configuration, and all other values from tables in the code. docs/monitoring.md lists the
 * same.
 */
const families: Readonly<Record<string, Family>> = {
  connections: gauge(
    'Sessions and native connections that are open, by the transport that carried them last.',
    openConnections,
  ),
  opens_total: ofTally('Connections that were opened.', ({ opens }) => opens, ['kind']),
  first_transports_total: counter(
    'Connections by the first transport that carried them.',
    ofTransports((one) => [[{}, one.opens]]),
  ),
  moves_total: ofTally(
    'Moves of sessions from one transport to another, by how the first one ended.',
    ({ moves }) => moves,
    ['from', 'to', 'why'],
  ),
  downgrades_total: ofTally(
    'Connections that are not on a better transport, by reason.',
    ({ downgrades }) => downgrades,
    ['transport', 'reason'],
  ),
  resumes_total: ofRoutes(
    'Downstreams of sessions that came behind one that had broken off.',
    ({ resumes }) => resumes,
  ),
  replayed_frames_total: ofRoutes('Frames that were written to a session again.', ({ replays }) => replays),
  messages_total: counter(
    'Messages of clients (in) and to clients (out).',
    ofTransports(({ up, down }) => byDirection(up, down, 'messages')),
  ),
  bytes_total: counter(
    'Bytes of messages of clients (in) and to clients (out); of frames on a ws:// route.',
    ofTransports(({ up, down }) => byDirection(up, down, 'bytes')),
  ),
  delayed_requests_total: ofRoutes(
    'Requests whose answers waited because the backend took no more.',
    ({ delayed }) => delayed,
  ),
  delayed_requests: ofSessions('Requests whose answers wait now.', ({ delayed }) => delayed),
  outbox_bytes: ofSessions('Bytes that sessions hold for their clients.', ({ outbox }) => outbox),
  inbox_bytes: ofSessions('Bytes that sessions hold for their backends.', ({ inbox }) => inbox),
  closes_total: ofTally('Connections that ended, by close code.', ({ closes }) => closes, ['code', 'by']),
  rate_closes_total: ofTally(
    'Connections that the gateway closed because the client sent too much in a time.',
    ({ rateCloses }) => rateCloses,
    ['limit'],
  ),
  backend_connect_seconds: {
    type: 'histogram',
    help: 'Seconds that a backend took to accept a connection.',
    read: ({ counters }) => [...(counters?.routes ?? [])].flatMap(connectSamples),
  },
  backend_failures_total: ofRoutes(
    'Connections that a backend refused, or that failed.',
    ({ failures }) => failures,
  ),
  refusals_total: counter('Requests and connections that were refused, by error code.', ({ counters }) =>
    counters === undefined ? [] : tallySamples(counters.refusals, {}, ['code']),
  ),
  internal_errors_total: counter('Errors in the gateway itself.', ({ counters }) =>
    one(counters?.internalErrors),
  ),
  held_bytes: gauge('Bytes that are held on behalf of clients.', ({ memory }) => one(memory?.held)),
  held_limit_bytes: gauge('Bytes that may be held on behalf of clients.', ({ memory }) => one(memory?.limit)),
  links: gauge('Links to other nodes, each counted at both of its ends.', ({ links }) =>
    links === undefined
      ? []
      : [
          { labels: { state: 'up' }, value: links.up },
          { labels: { state: 'lost' }, value: links.lost },
        ],
  ),
  forwarded_requests: gauge('Requests under way between two nodes, counted at both.', ({ forwarded }) =>
    one(forwarded),
  ),
  app_requests: gauge('Requests of the application that are under way.', ({ appRequests }) =>
    one(appRequests),
  ),
  broker_connections: gauge('Clients of the embedded broker.', ({ broker }) => one(broker?.connections)),
  broker_queues: gauge('Queues of the embedded broker.', ({ broker }) => one(broker?.queues)),
  broker_queued_messages: gauge('Messages that wait in those queues.', ({ broker }) => one(broker?.queued)),
  broker_stored_bytes: gauge('Bytes of the messages in those queues.', ({ broker }) => one(broker?.stored)),
  workers: gauge('Workers, by what they do.', ({ workers }) =>
    Object.entries(workers?.states ?? {}).map(([state, value]) => ({ labels: { state }, value })),
  ),
  generations: gauge('Generations of workers that live.', ({ workers }) => one(workers?.generations)),
  silent_processes: gauge('Processes that did not answer in time: their gauges are missing.', ({ workers }) =>
    one(workers?.silent),
  ),
  worker_deaths_total: counter('Workers that ended while they were to serve.', ({ workers }) =>
    one(workers?.deaths),
  ),
  hung_processes_total: counter('Processes that were killed because they did not answer.', ({ workers }) =>
    Object.entries(workers?.hung ?? {}).map(([role, value]) => ({ labels: { role }, value })),
  ),
  build_info: {
    type: 'gauge',
    help: 'Always 1, for each release that runs.',
    aggregator: 'max',
    read: ({ release }) =>
      release === undefined ? [] : [{ labels: { version: release, node: process.version }, value: 1 }],
  },
};

/** Reads all metrics of a process. Families without samples are there, too. */
export function readFamilies(facts: ProcessFacts): Metric[] {
  return Object.entries(families).map(([name, { type, help, aggregator = 'sum', read }]) => ({
    ...{ name: PREFIX + name, type, help, aggregator },
    values: [...read(facts)],
  }));
}

type Read = Family['read'];

function gauge(help: string, read: Read): Family {
  return { type: 'gauge', help, read };
}

function counter(help: string, read: Read): Family {
  return { type: 'counter', help, read };
}

function one(value: number | undefined): Sample[] {
  return value === undefined ? [] : [{ labels: {}, value }];
}

function ofRoutes(help: string, count: (route: RouteCounters) => number): Family {
  return counter(help, ({ counters }) =>
    [...(counters?.routes ?? [])].map((route) => ({
      labels: { route: route.route },
      value: count(route),
    })),
  );
}

function ofTally(help: string, tally: (route: RouteCounters) => Tally, names: readonly string[]): Family {
  return counter(help, ({ counters }) =>
    [...(counters?.routes ?? [])].flatMap((route) =>
      tallySamples(tally(route), { route: route.route }, names),
    ),
  );
}

function tallySamples(tally: Tally, labels: Sample['labels'], names: readonly string[]): Sample[] {
  return [...tally.entries()].map(([words, value]) => ({
    labels: { ...labels, ...Object.fromEntries(names.map((name, index) => [name, words[index] ?? ''])) },
    value,
  }));
}

type Counted = readonly (readonly [labels: Sample['labels'], value: number])[];

/** Of transports that nobody used nothing is shown. */
function ofTransports(count: (transport: RouteCounters['native']) => Counted): Read {
  return ({ counters }) =>
    [...(counters?.routes ?? [])].flatMap(({ route, transports }) =>
      [...transports].flatMap((transport) =>
        count(transport)
          .filter(([, value]) => value > 0)
          .map(([labels, value]) => ({ labels: { route, transport: transport.name, ...labels }, value })),
      ),
    );
}

function byDirection(up: Flow, down: Flow, unit: keyof Flow): Counted {
  return [
    [{ direction: 'in' }, up[unit]],
    [{ direction: 'out' }, down[unit]],
  ];
}

function ofSessions(help: string, amount: (session: SessionFacts) => number): Family {
  return gauge(help, ({ counters, sessions }) => {
    const sums = new Map([...(counters?.routes ?? [])].map(({ route }) => [route, 0]));
    for (const session of sessions ?? []) {
      const route = session.route || '/';
      sums.set(route, (sums.get(route) ?? 0) + amount(session));
    }
    return [...sums].map(([route, value]) => ({ labels: { route }, value }));
  });
}

function openConnections({ counters, sessions }: ProcessFacts): Sample[] {
  const sums = new Map<string, Sample & { value: number }>();
  for (const { route, natives, native } of counters?.routes ?? [])
    sums.set(`${route} ${native.name}`, { labels: { route, transport: native.name }, value: natives });
  for (const session of sessions ?? []) {
    const { transport } = session;
    const route = session.route || '/';
    const key = `${route} ${transport}`;
    const known = sums.get(key);
    if (known === undefined) sums.set(key, { labels: { route, transport }, value: 1 });
    else known.value++;
  }
  return [...sums.values()];
}

function connectSamples({ route, connects }: RouteCounters): Sample[] {
  const name = `${PREFIX}backend_connect_seconds`;
  const samples: Sample[] = [];
  let below = 0;
  connects.counts.forEach((count, index) => {
    below += count;
    const le = DURATION_BOUNDS[index] ?? '+Inf';
    samples.push({ labels: { le, route }, value: below, metricName: `${name}_bucket` });
  });
  samples.push({ labels: { route }, value: connects.sum, metricName: `${name}_sum` });
  samples.push({ labels: { route }, value: below, metricName: `${name}_count` });
  return samples;
}
