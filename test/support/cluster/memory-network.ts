import { type Clock, systemClock } from '../../../gateway/base/clock.ts';
import { HIGH_WATER, type Link, type LinkListener, MAX_FRAME } from '../../../gateway/cluster/link.ts';

/** What a link still has to tell its listener. `bytes` of a frame wait for its receiver. */
interface Event {
  readonly to: MemoryLink;
  readonly tell: (listener: LinkListener) => void;
  readonly frame?: { readonly from: MemoryLink; readonly bytes: number; readonly epoch: number };
}

/**
 * Links between nodes of one process. Everything is reported in the order in which it happened,
 * one turn of the event loop later, or `delay` ms later by the clock. The same calls give the same
 * run.
 */
export class MemoryNetwork {
  /** Milliseconds between `send` and `received`. 0: one turn of the event loop. */
  delay = 0;
  readonly #clock: Clock;
  readonly #links = new Map<string, MemoryLink>();
  /** Pairs that cannot reach each other, as `a b` in the order of the alphabet. */
  readonly #cut = new Set<string>();
  readonly #events: Event[] = [];
  #isHeld = false;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** A link for a node of that name. It can be reached once it is started. */
  link(name: string): MemoryLink {
    return new MemoryLink(name, this);
  }

  /** Both nodes lose each other. Frames that are under way are lost. */
  cut(a: string, b: string): void {
    if (this.#cut.has(pair(a, b))) return;
    const wasOpen = this.reaches(a, b);
    this.#cut.add(pair(a, b));
    if (wasOpen) this.#lose(a, b);
  }

  /** Ends a cut: both nodes are up for each other. */
  mend(a: string, b: string): void {
    if (this.#cut.delete(pair(a, b)) && this.reaches(a, b)) this.#meet(a, b);
  }

  /** Cuts a node off from all others: its `isConnected` is false. */
  isolate(name: string): void {
    const link = this.#links.get(name);
    for (const other of this.#links.keys()) if (other !== name) this.cut(name, other);
    link?.setConnected(false);
  }

  /** Ends `isolate`. */
  rejoin(name: string): void {
    const link = this.#links.get(name);
    link?.setConnected(true);
    for (const other of this.#links.keys()) if (other !== name) this.mend(name, other);
  }

  /**
   * A node's process ends without a word: the others lose it. With `isNoticed` false they learn
   * of its end by `gone` only, as over NATS, where that takes a second.
   */
  crash(name: string, isNoticed = true): void {
    const link = this.#links.get(name);
    if (link === undefined) return;
    for (const other of this.#links.keys()) {
      if (other !== name && this.reaches(name, other)) this.#loseOneSided(other, name);
    }
    link.silence();
    this.#links.delete(name);
    if (isNoticed) this.gone(name);
  }

  /** Tells all that this node's process has ended. */
  gone(name: string): void {
    for (const link of this.#links.values()) {
      if (link.self !== name) this.tell({ to: link, tell: (listener) => listener.nodeGone(name) });
    }
  }

  /** Keeps everything back until `release`. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#deliver(this.#events.length);
  }

  /** Whether frames from one to the other arrive. */
  reaches(a: string, b: string): boolean {
    return this.#links.has(a) && this.#links.has(b) && !this.#cut.has(pair(a, b));
  }

  find(name: string): MemoryLink | undefined {
    return this.#links.get(name);
  }

  add(link: MemoryLink): void {
    const others = [...this.#links.keys()];
    this.#links.set(link.self, link);
    for (const other of others) if (this.reaches(link.self, other)) this.#meet(link.self, other);
  }

  /** An orderly end. */
  remove(link: MemoryLink): void {
    if (this.#links.get(link.self) === link) this.crash(link.self);
  }

  announce(link: MemoryLink): void {
    for (const other of this.#links.values()) {
      if (other !== link && this.reaches(link.self, other.self)) this.#tellUp(other, link);
    }
  }

  tell(event: Event): void {
    this.#events.push(event);
    const deliver = (): void => {
      if (!this.#isHeld) this.#deliver(1);
    };
    if (this.delay > 0) this.#clock.setTimeout(deliver, this.delay);
    else setImmediate(deliver);
  }

  /** Tells the oldest: a delay that was made shorter must not change the order. */
  #deliver(count: number): void {
    for (const { to, tell, frame } of this.#events.splice(0, count)) {
      if (frame === undefined) to.report(tell);
      else if (frame.from.delivered(to, frame.bytes, frame.epoch)) to.report(tell);
    }
  }

  #meet(a: string, b: string): void {
    const [one, other] = [this.#links.get(a) as MemoryLink, this.#links.get(b) as MemoryLink];
    this.#tellUp(one, other);
    this.#tellUp(other, one);
  }

  #tellUp(to: MemoryLink, { self: name, isAccepting }: MemoryLink): void {
    this.tell({ to, tell: (listener) => listener.nodeUp({ name, isAccepting }) });
  }

  #lose(a: string, b: string): void {
    this.#loseOneSided(a, b);
    this.#loseOneSided(b, a);
  }

  #loseOneSided(at: string, name: string): void {
    const to = this.#links.get(at) as MemoryLink;
    this.#links.get(name)?.forget(at);
    to.forget(name);
    this.tell({ to, tell: (listener) => listener.nodeLost(name) });
  }
}

/** One node's end of a `MemoryNetwork`. */
export class MemoryLink implements Link {
  readonly self: string;
  isConnected = true;
  isAccepting = true;
  readonly #network: MemoryNetwork;
  #listener: LinkListener | undefined;
  /** Bytes under way to each node. */
  readonly #waiting = new Map<string, number>();
  /** Nodes for which `send` answered false. */
  readonly #full = new Set<string>();
  /** How often each node was lost: frames from before do not arrive. */
  readonly #epochs = new Map<string, number>();

  constructor(self: string, network: MemoryNetwork) {
    this.self = self;
    this.#network = network;
  }

  async start(listener: LinkListener): Promise<void> {
    this.#listener = listener;
    this.#network.add(this);
  }

  send(name: string, frame: Buffer): boolean {
    if (frame.length > MAX_FRAME) throw new RangeError(`a frame of ${frame.length} bytes`);
    const to = this.#network.find(name);
    if (to === undefined || to === this || !this.#network.reaches(this.self, name)) return true;
    const waiting = (this.#waiting.get(name) ?? 0) + frame.length;
    this.#waiting.set(name, waiting);
    this.#network.tell({
      to,
      tell: (listener) => listener.received(this.self, frame),
      frame: { from: this, bytes: frame.length, epoch: this.#epochs.get(name) ?? 0 },
    });
    if (waiting >= HIGH_WATER) this.#full.add(name);
    return waiting < HIGH_WATER;
  }

  setAccepting(isAccepting: boolean): void {
    if (this.isAccepting === isAccepting) return;
    this.isAccepting = isAccepting;
    this.#network.announce(this);
  }

  async close(): Promise<void> {
    this.#network.remove(this);
  }

  setConnected(isConnected: boolean): void {
    if (this.isConnected === isConnected) return;
    this.isConnected = isConnected;
    this.#network.tell({ to: this, tell: (listener) => listener.connectionChanged(isConnected) });
  }

  /** A frame of this node is about to arrive. False: it was lost. */
  delivered({ self: name }: MemoryLink, bytes: number, epoch: number): boolean {
    if (epoch !== (this.#epochs.get(name) ?? 0)) return false;
    const waiting = (this.#waiting.get(name) ?? 0) - bytes;
    this.#waiting.set(name, waiting);
    if (waiting < HIGH_WATER / 2 && this.#full.delete(name)) {
      this.#network.tell({ to: this, tell: (listener) => listener.drained(name) });
    }
    return true;
  }

  /** Frames under way to that node are lost. */
  forget(name: string): void {
    this.#epochs.set(name, (this.#epochs.get(name) ?? 0) + 1);
    this.#waiting.delete(name);
    this.#full.delete(name);
  }

  /** Its process has ended. */
  silence(): void {
    this.#listener = undefined;
  }

  report(tell: (listener: LinkListener) => void): void {
    if (this.#listener !== undefined) tell(this.#listener);
  }
}

function pair(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
