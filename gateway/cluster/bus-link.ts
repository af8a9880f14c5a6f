import { type Clock, systemClock, type Timer } from '../base/clock.ts';
import type { Flushable } from '../base/flush-queue.ts';
import type { Log } from '../base/log.ts';
import type { Bus, BusUser } from './bus.ts';
import { BusFlow } from './bus-flow.ts';
import { headLength, MessageKind, readHead } from './bus-message.ts';
import { BusPeer, type BusPeerContext } from './bus-peer.ts';
import { EndOfTurn } from './end-of-turn.ts';
import { understands } from './hello.ts';
import { type Link, type LinkListener, MAX_FRAME, nobody } from './link.ts';
import { encodePresence, type Presence, parsePresence } from './presence.ts';
import { RecordKind } from './record-batch.ts';

/** Milliseconds between two signs of life. */
export const TICK = 250;
/** Ticks without one, after which a node is lost. */
const MISSED = 3;
/** Ticks between probes of a node that nothing was sent to: the last probe may be lost too. */
const PROBE_TICKS = 8;
/** Ticks without its own sign of life, after which this node is cut off from the bus. */
const OWN_MISSED = 4;

/**
 * Milliseconds for which nobody receives messages for a node, after which its process has ended: a
 * little less than four ticks. One that has lost its connection to the bus is back within that.
 */
const GONE_AFTER = 900;

/** The same for nodes that were not heard since the bus changed: they have to connect anew. */
const SETTLED_AFTER = 5_000;

/**
 * Milliseconds for which a node that was lost and came back has as long, too: its connection with
 * the bus is bad, and that is more likely the reason than its end.
 */
const UNSTEADY = 60_000;

export interface BusLinkOptions {
  readonly self: string;
  readonly bus: Bus;
  readonly log: Log;
  /** Nodes of the same machine are left to another link. @default none is */
  readonly machine?: string | undefined;
  readonly clock?: Clock;
}

/** A link over a bus, between any number of machines. */
export class BusLink implements Link, BusUser, Flushable {
  readonly self: string;
  readonly #bus: Bus;
  readonly #log: Log;
  readonly #machine: string | undefined;
  readonly #clock: Clock;
  readonly #turn = new EndOfTurn();
  readonly #context: BusPeerContext;
  readonly #flow: BusFlow;
  readonly #peers = new Map<string, BusPeer>();
  /** Nodes with which there is no common version: each is logged once. */
  readonly #refused = new Set<string>();
  #listener: LinkListener = nobody;
  #isAccepting = true;
  #isConnected = false;
  #isClosed = false;
  #isQueued = false;
  #epoch = 0;
  #ticks = 0;
  #ownMissed = 0;
  #changedAt = 0;
  #timer: Timer | undefined;

  constructor({ self, bus, log, machine, clock = systemClock }: BusLinkOptions) {
    this.self = self;
    this.#bus = bus;
    this.#log = log;
    this.#machine = machine;
    this.#clock = clock;
    this.#flow = new BusFlow(bus, ({ name, state }) => {
      if (state === 'up') this.#listener.drained(name);
    });
    this.#context = {
      self,
      bus,
      listener: () => this.#listener,
      presence: () => this.#presence(false),
      newEpoch: () => ++this.#epoch,
      now: () => this.#clock.now(),
      left: (name) => this.#gone(name),
      log: (reason, node) => this.#log.debug('link cut', { node, reason }),
    };
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  async start(listener: LinkListener): Promise<void> {
    this.#listener = listener;
    this.#timer = this.#clock.setTimeout(this.#tick, TICK);
    await this.#bus.start(this);
  }

  send(to: string, frame: Buffer): boolean {
    if (frame.length > MAX_FRAME) throw new RangeError(`a frame of ${frame.length} bytes`);
    const peer = this.#peers.get(to);
    if (peer?.state !== 'up') return true;
    peer.push(RecordKind.frame, frame);
    this.#queue();
    return this.#flow.hasRoom(peer);
  }

  setAccepting(isAccepting: boolean): void {
    if (this.#isAccepting === isAccepting) return;
    this.#isAccepting = isAccepting;
    this.#announce();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listener = nobody;
    this.#clock.clearTimeout(this.#timer);
    for (const peer of this.#peers.values()) {
      peer.push(RecordKind.bye, NOTHING);
      peer.flush();
    }
    this.#bus.announce(this.#presence(true));
    await this.#bus.close();
  }

  flush(): void {
    this.#isQueued = false;
    let bytes = 0;
    for (const peer of this.#peers.values()) bytes += peer.flush();
    this.#flow.sent(bytes);
  }

  busConnected(): void {
    this.busChanged();
    this.#flow.reset();
    this.#ownMissed = 0;
    this.#announce();
    this.#connected();
  }

  busDisconnected(): void {
    this.#cutOff('NATS is away');
  }

  busChanged(): void {
    this.#changedAt = this.#clock.now();
    for (const peer of this.#peers.values()) peer.isSettled = false;
  }

  busAnnounced(payload: Buffer): void {
    const presence = parsePresence(payload);
    if (presence === undefined || this.#isClosed) return;
    if (presence.name === this.self) this.#ownAnnounced();
    else if (presence.isLeaving) this.#gone(presence.name);
    else if (this.#knows(presence).isNews) this.#peers.get(presence.name)?.greet();
  }

  busReceived(payload: Buffer): void {
    const head = readHead(payload);
    if (head === undefined || this.#isClosed) return;
    const content = payload.subarray(headLength(head.from));
    if (head.kind === MessageKind.hello) {
      const presence = parsePresence(content);
      if (presence?.name === head.from) this.#knows(presence).peer?.greeted(head);
      return;
    }
    const peer = this.#peers.get(head.from);
    peer?.heard();
    if (head.kind === MessageKind.chunk) peer?.readChunk(head, content);
    else if (head.kind === MessageKind.probe) peer?.probed(head);
  }

  busUndeliverable(node: string): void {
    const peer = this.#peers.get(node);
    if (peer === undefined || this.#isClosed) return;
    peer.silence('nobody receives what is sent to it');
    peer.unreachableSince ??= this.#clock.now();
    this.#judge(peer);
  }

  /** Makes or updates the peer. `isNews`: it was not there a moment ago. */
  #knows(presence: Presence): { peer: BusPeer | undefined; isNews: boolean } {
    const { name, machine, isAccepting } = presence;
    if (name === this.self) return NOBODY;
    if (machine !== undefined && machine === this.#machine) return NOBODY;
    if (!understands(presence)) {
      this.#refuse(presence);
      return NOBODY;
    }
    const known = this.#peers.get(name);
    const peer = known ?? new BusPeer(name, isAccepting, this.#context);
    const isNews = known === undefined || known.state === 'silent';
    this.#peers.set(name, peer);
    peer.heard();
    peer.setAccepting(isAccepting);
    return { peer, isNews };
  }

  #refuse({ name, version, oldest }: Presence): void {
    if (this.#refused.has(name)) return;
    this.#refused.add(name);
    this.#log.warn('a process of another release speaks no common version', { node: name, version, oldest });
  }

  /** Once each tick: says that this node lives, and looks who else does. */
  readonly #tick = (): void => {
    this.#timer = this.#clock.setTimeout(this.#tick, TICK);
    if (!this.#bus.isConnected) return;
    this.#ticks++;
    this.#announce();
    if (++this.#ownMissed === OWN_MISSED) this.#cutOff('NATS does not answer');
    for (const peer of this.#peers.values()) this.#look(peer);
  };

  /**
   * A tick is missed only when it comes: if this process was busy for seconds, all that has come
   * meanwhile is read before the next one.
   */
  #look(peer: BusPeer): void {
    peer.missed++;
    if (peer.missed > MISSED) peer.silence('nothing comes from it');
    // It may have ended: the bus knows whether anybody is there.
    if (peer.missed > 1 || peer.isUnprobed || this.#ticks % PROBE_TICKS === 0) peer.probe();
    if (peer.state === 'greeting') peer.greet();
  }

  /** Whether a node that nobody is there for is gone. The bus said so just now. */
  #judge(peer: BusPeer): void {
    const now = this.#clock.now();
    const goneAfter = now - peer.returnedAt < UNSTEADY ? SETTLED_AFTER : GONE_AFTER;
    if (now - (peer.unreachableSince ?? now) < goneAfter) return;
    if (!peer.isSettled && now - this.#changedAt < SETTLED_AFTER) return;
    this.#gone(peer.name);
  }

  #gone(name: string): void {
    const peer = this.#peers.get(name);
    this.#refused.delete(name);
    if (peer === undefined) return;
    peer.silence('it has ended');
    this.#peers.delete(name);
    this.#flow.forget(peer);
    this.#listener.nodeGone(name);
  }

  #ownAnnounced(): void {
    this.#ownMissed = 0;
    if (this.#bus.isConnected) this.#connected();
  }

  /** Nobody can be reached, and who lives is not known. */
  #cutOff(reason: string): void {
    const wasConnected = this.#isConnected;
    // Before the losses are reported: who hears of them wants to know.
    this.#isConnected = false;
    this.#flow.reset();
    for (const peer of this.#peers.values()) peer.silence(reason);
    if (wasConnected) this.#listener.connectionChanged(false);
  }

  #connected(): void {
    if (this.#isConnected) return;
    this.#isConnected = true;
    this.#listener.connectionChanged(true);
  }

  #announce(): void {
    this.#bus.announce(this.#presence(false));
  }

  #presence(isLeaving: boolean): Buffer {
    return encodePresence({
      name: this.self,
      machine: this.#machine,
      isAccepting: this.#isAccepting,
      isLeaving,
    });
  }

  #queue(): void {
    if (this.#isQueued) return;
    this.#isQueued = true;
    this.#turn.add(this);
  }
}

const NOTHING = Buffer.alloc(0);
const NOBODY = { peer: undefined, isNews: false } as const;
