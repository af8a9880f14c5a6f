import type { Bus, BusUser } from '../../../gateway/cluster/bus.ts';
import { Random } from '../random.ts';

type Message = (user: BusUser) => void;

/**
 * A bus in memory that delivers, loses and delays what a test says. Messages of one node to another
 * stay in order; those of different nodes overtake each other.
 */
export class MemoryBroker {
  readonly #buses = new Map<string, MemoryBus>();
  /** Messages on their way, by sender and receiver. */
  readonly #ways = new Map<string, { readonly to: string; readonly messages: Message[] }>();
  /** Nodes whose messages vanish, both ways, without anybody's notice. */
  readonly #unheard = new Set<string>();

  /** The end of a node of that name, connected when it is started. */
  bus(name: string): MemoryBus {
    return new MemoryBus(name, this);
  }

  connect(bus: MemoryBus): void {
    this.#buses.set(bus.name, bus);
    bus.setConnected(true);
  }

  /** The connection ends; what is on its way to that node is lost. */
  disconnect(name: string): void {
    const bus = this.#buses.get(name);
    if (!this.#buses.delete(name)) return;
    for (const { to, messages } of this.#ways.values()) if (to === name) messages.length = 0;
    bus?.setConnected(false);
  }

  /** Whether what a node sends and is sent vanishes. */
  setUnheard(name: string, isUnheard: boolean): void {
    if (isUnheard) this.#unheard.add(name);
    else this.#unheard.delete(name);
  }

  /** Delivers one message of a pair by chance. False: nothing is on the way. */
  deliver(random: Random): boolean {
    const way = this.#busyWay(random);
    if (way === undefined) return false;
    const message = way.messages.shift() as Message;
    this.#buses.get(way.to)?.receive(message);
    return true;
  }

  deliverAll(): void {
    const random = new Random(1);
    while (this.deliver(random));
  }

  /** Loses the next message of a pair by chance. */
  drop(random: Random): void {
    this.#busyWay(random)?.messages.shift();
  }

  send(from: string, to: string, payload: Buffer): void {
    if (this.#unheard.has(from)) return;
    if (!this.#buses.has(to)) this.#queue('!', from, (user) => user.busUndeliverable(to));
    else if (!this.#unheard.has(to)) this.#queue(from, to, (user) => user.busReceived(payload));
  }

  announce(from: string, payload: Buffer): void {
    if (this.#unheard.has(from)) return;
    for (const to of this.#buses.keys()) {
      if (!this.#unheard.has(to)) this.#queue(from, to, (user) => user.busAnnounced(payload));
    }
  }

  #queue(from: string, to: string, message: Message): void {
    const key = `${from} ${to}`;
    const way = this.#ways.get(key) ?? { to, messages: [] };
    this.#ways.set(key, way);
    way.messages.push(message);
  }

  #busyWay(random: Random) {
    const busy = [...this.#ways.values()].filter(({ messages }) => messages.length > 0);
    return busy.length === 0 ? undefined : random.pick(busy);
  }
}

/** A node's end of a `MemoryBroker`. */
export class MemoryBus implements Bus {
  readonly name: string;
  readonly maxPayload = 64 * 1024;
  isConnected = false;
  readonly #broker: MemoryBroker;
  #user: BusUser | undefined;

  constructor(name: string, broker: MemoryBroker) {
    this.name = name;
    this.#broker = broker;
  }

  async start(user: BusUser): Promise<void> {
    this.#user = user;
    this.#broker.connect(this);
  }

  sendTo(node: string, payload: Buffer): void {
    if (this.isConnected) this.#broker.send(this.name, node, payload);
  }

  announce(payload: Buffer): void {
    if (this.isConnected) this.#broker.announce(this.name, payload);
  }

  async flushed(): Promise<void> {}

  reconnect(): void {
    this.#broker.disconnect(this.name);
    this.#broker.connect(this);
  }

  async close(): Promise<void> {
    this.#user = undefined;
    this.#broker.disconnect(this.name);
  }

  setConnected(isConnected: boolean): void {
    this.isConnected = isConnected;
    if (isConnected) this.#user?.busConnected();
    else this.#user?.busDisconnected();
  }

  receive(message: Message): void {
    if (this.#user !== undefined) message(this.#user);
  }
}
