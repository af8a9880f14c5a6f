import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../../../gateway/base/log.ts';
import { BusLink } from '../../../gateway/cluster/bus-link.ts';
import type { Link } from '../../../gateway/cluster/link.ts';
import { NatsBus } from '../../../gateway/cluster/nats-bus.ts';
import { socketPath, UnixLink } from '../../../gateway/cluster/unix-link.ts';
import type { Gateway, GatewayAddress, GatewayOptions } from '../../../gateway/index.ts';
import { until } from '../until.ts';
import type { EntryLink } from './entry-links.ts';
import { linkedGateway } from './gateways.ts';
import { type NatsServer, startNats } from './nats-server.ts';

/**
 * Two gateways that are one. Clients meet the first, which owns no session: the second owns all.
 * Native WebSockets stay with the first.
 */
export async function startBehindEntry(
  kind: EntryLink,
  options: GatewayOptions,
  add: (gateway: Gateway) => void,
): Promise<GatewayAddress & { gateway: Gateway; close(): Promise<void> }> {
  const names = ['entry', 'owner'] as const;
  const { links, remove } = await (kind === 'unix' ? unixLinks(names) : natsLinks(names));
  const [way, back] = links;
  const entry = linkedGateway(options, way, {}, { ownsSessions: false });
  const owner = linkedGateway(options, back);
  add(entry);
  add(owner);
  await owner.listen();
  const address = await entry.listen();
  await knowEachOther(links);
  return {
    ...address,
    gateway: owner,
    async close() {
      if (entry.sessions > 0) throw new Error('the entry has sessions of its own');
      await Promise.all([entry.close(0), owner.close(0)]);
      await remove();
    },
  };
}

interface Links {
  /** That of the entry, and that of the owner. */
  readonly links: readonly [MeetingLink, MeetingLink];
  remove(): Promise<void>;
}

/** Knows when the other one is up. */
class MeetingLink implements Link {
  hasMet = false;
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
  }

  get self(): string {
    return this.#link.self;
  }

  get isConnected(): boolean {
    return this.#link.isConnected;
  }

  start: Link['start'] = (listener) =>
    this.#link.start({
      nodeUp: (node) => {
        this.hasMet = true;
        listener.nodeUp(node);
      },
      nodeLost: (name) => listener.nodeLost(name),
      nodeGone: (name) => listener.nodeGone(name),
      received: (from, frame) => listener.received(from, frame),
      drained: (name) => listener.drained(name),
      connectionChanged: (isConnected) => listener.connectionChanged(isConnected),
    });

  send: Link['send'] = (to, frame) => this.#link.send(to, frame);
  setAccepting: Link['setAccepting'] = (isAccepting) => this.#link.setAccepting(isAccepting);
  close: Link['close'] = () => this.#link.close();
}

async function knowEachOther(links: readonly [MeetingLink, MeetingLink]): Promise<void> {
  await until('the nodes know each other', () => links.every(({ hasMet }) => hasMet), 10_000);
}

async function unixLinks(names: readonly [string, string]): Promise<Links> {
  const folder = mkdtempSync(join(tmpdir(), 'entry-'));
  const link = (self: string, other: string): MeetingLink => {
    const made = new UnixLink({ self, path: socketPath(folder, self), log: silentLog });
    made.nodeAdded(other, socketPath(folder, other));
    return new MeetingLink(made);
  };
  const [a, b] = names;
  return {
    links: [link(a, b), link(b, a)],
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

let shared: Promise<NatsServer> | undefined;

/** One server for all tests of a process. */
function natsServer(): Promise<NatsServer> {
  shared ??= startNats();
  return shared;
}

/** Ends it. */
export async function removeNatsServer(): Promise<void> {
  await (await shared)?.remove();
}

async function natsLinks(names: readonly [string, string]): Promise<Links> {
  const { port } = await natsServer();
  const name = `entry-${randomUUID()}`;
  const cluster = { servers: [{ host: '127.0.0.1', port }], name };
  const link = (self: string): MeetingLink =>
    new MeetingLink(new BusLink({ self, bus: new NatsBus(self, cluster, silentLog), log: silentLog }));
  return { links: [link(names[0]), link(names[1])], remove: async () => {} };
}
