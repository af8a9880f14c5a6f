import assert from 'node:assert/strict';
import type { Receiver } from '../../gateway/channel/channel.ts';
import type { CloseStatus } from '../../gateway/protocol/close.ts';
import type { Delivery, EndReason, Entry } from '../../gateway/protocol/delivery.ts';
import { Message } from '../../gateway/protocol/message.ts';
import type { Arrival, Unit } from '../../gateway/protocol/unit.ts';
import type { Carrier } from '../../gateway/session/carrier.ts';
import type { SessionLimits } from '../../gateway/session/limits.ts';
import { Session } from '../../gateway/session/session.ts';
import { Random, seedFromEnvironment } from '../support/random.ts';
import { acknowledged, identity, surroundings } from '../support/sessions.ts';
import { TestClock } from '../support/test-clock.ts';

const LIMITS: SessionLimits = {
  heartbeat: 25_000,
  silence: 62_500,
  resumeWindow: 120_000,
  attachTimeout: 5_000,
  outbox: 4_000,
  inbox: 1_000,
  maxBuffered: 1_000_000,
  fragment: 100,
  maxDelayed: 4,
  maxSessionAge: 0,
};
/** Bytes of the longest message here. */
const LONGEST = 400;
/** One put, or one send, may exceed a bound by a message, all its fragments and their weight. */
const OVERSHOOT = LONGEST + 250 * 5;

const RUNS = 4_000;
const STEPS = 300;

/** Milliseconds within which a poll that brought frames acknowledges them. */
const ACK_DELAY = 200;

type Kind = 'poll' | 'stream' | 'socket';
const KINDS: readonly Kind[] = ['poll', 'stream', 'socket'];

/** A downstream between two models. What was written is on its way, and may be cut anywhere. */
class Pipe implements Carrier {
  readonly name: Kind;
  readonly once: boolean;
  readonly acknowledges: boolean;
  readonly room = 300;
  readonly transit: Delivery[] = [];
  blocked = false;
  over = false;
  /** The client gets nothing more of it. */
  isCut = false;
  ended: EndReason | undefined;
  /** The gateway knows that it broke. */
  isGone = false;
  /** When it has to be answered, if its request brought frames: ms of the clock. */
  ackBy = Number.POSITIVE_INFINITY;
  readonly #random: Random;

  constructor(kind: Kind, random: Random) {
    this.name = kind;
    this.once = kind === 'poll';
    this.acknowledges = kind === 'socket';
    this.#random = random;
  }

  deliver(delivery: Delivery): boolean {
    assert.ok(!this.over, 'written on after its end');
    this.transit.push(delivery);
    if (this.once) this.over = true;
    this.blocked = !this.once && this.#random.chance(0.2);
    return !this.blocked;
  }

  heartbeat(): void {
    assert.ok(!this.over, 'a sign of life after the end');
    if (this.once) this.over = true;
  }

  end(reason: EndReason): void {
    assert.equal(this.ended, undefined, 'ended twice');
    this.ended = reason;
    this.over = true;
  }
}

/** A backend that checks what it receives, and pauses and sends at random. */
class Backend implements Receiver {
  readonly got: string[] = [];
  closed_: CloseStatus | undefined;
  mustWait = false;
  paused = false;
  #sent = 0;
  readonly session: Session;
  readonly random: Random;

  constructor(session: Session, random: Random) {
    this.session = session;
    this.random = random;
  }

  message(message: Message): void {
    assert.equal(this.closed_, undefined, 'a message behind the close');
    this.got.push(message.text);
    // As `pipe` does it, while a message is delivered.
    if (this.random.chance(0.1)) this.pause();
    if (this.random.chance(0.2)) this.send();
  }

  drained(): void {
    assert.ok(this.mustWait, 'drained though it was never to wait');
    this.mustWait = false;
    if (this.random.chance(0.5)) this.send();
  }

  closed(status: CloseStatus): void {
    assert.equal(this.closed_, undefined, 'closed twice');
    this.closed_ = status;
  }

  send(): void {
    if (this.mustWait || this.closed_ !== undefined) return;
    if (!this.session.send(numbered('s', this.#sent++, this.random))) this.mustWait = true;
  }

  pause(): void {
    this.paused = true;
    this.session.pause();
  }

  resume(): void {
    this.paused = false;
    this.session.resume();
  }

  get sent(): number {
    return this.#sent;
  }
}

function numbered(side: string, number: number, random: Random): Message {
  const padding = random.chance(0.2) ? random.int(0, LONGEST - 10) : random.int(0, 10);
  return Message.text(`${side}${number} ${'x'.repeat(padding)}`);
}

/** A request for a downstream, which may bring frames. */
interface Attach {
  readonly n: number;
  readonly ack: number;
  readonly kind: Kind;
  readonly arrivals: readonly Arrival[];
}

/** A client that keeps to PROTOCOL.md, over a network that keeps to nothing. */
class Client {
  readonly got: string[] = [];
  end: Entry | undefined;
  closing = false;
  gone = false;
  sent = 0;
  readonly session: Session;
  readonly random: Random;
  readonly pipes: Pipe[] = [];
  readonly #frames: Arrival[] = [];
  #acked = 0;
  #received = 0;
  #fragments: Message[] = [];
  #attaches = 0;
  /** The highest attach that arrived. */
  #newest = 0;
  /** Requests that are on their way, in any order. */
  readonly requests: Unit[] = [];
  readonly attaches: Attach[] = [];
  answers = 0;
  requested = 0;

  constructor(session: Session, random: Random) {
    this.session = session;
    this.random = random;
  }

  write(): void {
    if (this.closing) return;
    const whole = numbered('c', this.sent++, this.random);
    const cut = this.random.chance(0.2) ? this.random.int(1, whole.text.length - 1) : 0;
    if (cut > 0) this.#number(Message.text(whole.text.slice(0, cut)), true);
    this.#number(Message.text(whole.text.slice(cut)), false);
  }

  close(): void {
    if (this.closing) return;
    this.closing = true;
    const close = { code: 4000, reason: 'bye' };
    this.#frames.push({ number: this.#frames.length + 1, message: undefined, more: false, close });
  }

  #number(message: Message, more: boolean): void {
    this.#frames.push({ number: this.#frames.length + 1, message, more, close: undefined });
  }

  /** Sends a request with some of the frames that are not acknowledged. */
  post(all = false): void {
    this.requests.push(unit(this.#some(all), this.random.chance(0.7) ? this.#received : -1));
  }

  /** Some of the frames that are not acknowledged, or all. */
  #some(all = false): readonly Arrival[] {
    const low =
      all || this.random.chance(0.7) ? this.#acked : this.random.int(this.#acked, this.#frames.length);
    const high = all ? this.#frames.length : Math.min(this.#frames.length, low + this.random.int(0, 30));
    return this.#frames.slice(low, high);
  }

  /** At times with frames: a WebSocket attaches with a message of its own. */
  attach(kind: Kind): void {
    const arrivals = kind !== 'socket' && this.random.chance(0.5) ? this.#some() : [];
    this.attaches.push({ n: ++this.#attaches, ack: this.#received, kind, arrivals });
  }

  /** A request arrives. Its answer is lost at times. */
  arrive(request: Unit): void {
    const isLost = this.random.chance(0.2);
    const before = this.session.received;
    this.requested++;
    let isAnswered = false;
    try {
      this.session.accept(request, (ack) => {
        assert.ok(!isAnswered, 'answered twice');
        isAnswered = true;
        this.answers++;
        assert.ok(ack >= before && ack <= this.#frames.length, `acknowledges ${ack}`);
        if (!isLost) this.#acked = Math.max(this.#acked, ack);
      });
    } catch (error) {
      assert.equal((error as { status?: number }).status, 429, String(error));
      assert.equal(this.session.received, before);
      this.answers++;
    }
  }

  arriveAttach(attach: Attach, now: number): Pipe {
    const pipe = new Pipe(attach.kind, this.random);
    const isLate = attach.n < this.#newest;
    this.#newest = Math.max(attach.n, this.#newest);
    if (attach.kind === 'poll' && attach.arrivals.length > 0) pipe.ackBy = now + ACK_DELAY;
    this.session.acceptCarried(unit(attach.arrivals, attach.ack));
    this.pipes.push(pipe);
    this.session.attachCarrier(pipe, attach.n, attach.ack);
    if (isLate && this.session.state !== 'ended') assert.equal(pipe.ended, 'superseded');
    return pipe;
  }

  /** What was written on a downstream comes in; of the last piece perhaps not all. */
  read(pipe: Pipe, isCut: boolean): void {
    const delivery = pipe.isCut ? undefined : pipe.transit.shift();
    if (delivery === undefined) return;
    if (delivery.ack >= 0) this.#acked = Math.max(this.#acked, delivery.ack);
    const whole = delivery.entries.length;
    const count = isCut ? this.random.int(0, whole) : whole;
    delivery.entries.slice(0, count).forEach((entry, at) => {
      this.#take(delivery.first + at, entry);
    });
    if (isCut) pipe.isCut = true;
  }

  #take(number: number, entry: Entry): void {
    if (number <= this.#received) return;
    assert.equal(number, this.#received + 1, 'a gap on a downstream');
    assert.equal(this.end, undefined, 'something behind the end');
    this.#received = number;
    if (entry.message === undefined) {
      this.end = entry;
      return;
    }
    this.#fragments.push(entry.message);
    if (entry.more) return;
    this.got.push(this.#fragments.map(({ text }) => text).join(''));
    this.#fragments = [];
  }

  /** Bytes of the frames up to that number. */
  bytesUpTo(number: number): number {
    return this.#frames.slice(0, number).reduce((sum, { message }) => sum + (message?.size ?? 0), 0);
  }

  get isSettled(): boolean {
    return this.#acked === this.#frames.length;
  }
}

function unit(arrivals: readonly Arrival[], ack: number): Unit {
  return { arrivals, ack, wanted: undefined, pageGone: false, next: 0 };
}

function orderOf(got: readonly string[], side: string): void {
  got.forEach((text, at) => {
    assert.equal(text.slice(0, text.indexOf(' ')), `${side}${at}`);
  });
}

const turn = (): Promise<void> => Promise.resolve();

class Run {
  readonly clock = new TestClock();
  readonly random: Random;
  readonly session: Session;
  readonly backend: Backend;
  readonly client: Client;
  ended = 0;

  constructor(random: Random) {
    this.random = random;
    this.session = new Session(
      identity,
      {
        ...surroundings(),
        clock: this.clock,
        limits: LIMITS,
        policy: acknowledged,
        maxMessage: LONGEST * 2,
      },
      () => this.ended++,
    );
    this.backend = new Backend(this.session, random);
    this.session.attach(this.backend);
    this.client = new Client(this.session, random);
    this.client.attach(random.pick(KINDS));
  }

  async step(): Promise<void> {
    const { client, backend, random, session } = this;
    switch (random.int(0, 16)) {
      case 0:
      case 1:
        client.write();
        break;
      case 2:
        backend.send();
        break;
      case 3:
        client.post();
        break;
      case 4:
      case 5:
      case 14:
      case 15: {
        // Out of order, and now and then twice.
        const at = random.int(0, client.requests.length - 1);
        const request = client.requests[at];
        if (request === undefined) break;
        if (!random.chance(0.2)) client.requests.splice(at, 1);
        if (!random.chance(0.1)) client.arrive(request);
        break;
      }
      case 6:
        if (client.attaches.length < 4) client.attach(random.pick(KINDS));
        break;
      case 7: {
        const at = random.int(0, client.attaches.length - 1);
        const attach = client.attaches[at];
        if (attach === undefined) break;
        if (!random.chance(0.2)) client.attaches.splice(at, 1);
        client.arriveAttach(attach, this.clock.now());
        break;
      }
      case 8:
      case 9: {
        const pipe = client.pipes.at(random.int(-3, -1));
        if (pipe !== undefined) client.read(pipe, random.chance(0.2));
        break;
      }
      case 10: {
        const pipe = client.pipes.at(-1);
        if (pipe === undefined) break;
        if (random.chance(0.5)) {
          pipe.isGone = true;
          session.detach(pipe);
          // More may be written on it: the gateway does not learn of a broken carrier at once.
        } else if (pipe.blocked) {
          pipe.blocked = false;
          session.writable(pipe);
        }
        break;
      }
      case 11:
        if (backend.paused) backend.resume();
        else backend.pause();
        break;
      case 12:
        this.clock.advance(random.chance(0.1) ? random.int(0, 70_000) : random.int(0, 1_000));
        break;
      default:
        await turn();
    }
    this.check();
  }

  check(): void {
    const { client, backend, session } = this;
    orderOf(backend.got, 'c');
    orderOf(client.got, 's');
    assert.ok(backend.got.length <= client.sent && client.got.length <= backend.sent);
    assert.ok(session.bufferedAmount < LIMITS.outbox + OVERSHOOT, `outbox of ${session.bufferedAmount}`);
    if (backend.closed_ === undefined) {
      const held = client.bytesUpTo(session.received) - backend.got.join('').length;
      // Early frames that were waited for come on top.
      assert.ok(held < 2 * LIMITS.inbox + OVERSHOOT, `inbox of ${held}`);
    }
    const late = client.pipes.find((pipe) => !pipe.over && !pipe.isGone && pipe.ackBy <= this.clock.now());
    assert.ok(late === undefined || session.state === 'ended', 'a poll owes an acknowledgement');
    // One timer for the session, and one for each delayed answer.
    assert.ok(this.clock.timers <= 1 + LIMITS.maxDelayed, `${this.clock.timers} timers`);
  }

  /** The network is well again: all that was said arrives, and then the close. */
  async finish(closer: 'client' | 'backend'): Promise<void> {
    const { client, backend, session } = this;
    if (session.state === 'ended') return this.checkTimeout();
    if (closer === 'client') client.close();
    else {
      backend.resume();
      const isQuiet = (): boolean => backend.got.length === client.sent && client.got.length === backend.sent;
      await this.exchange(() => client.isSettled && isQuiet());
      session.close({ code: 4001, reason: 'enough' });
    }
    let answered = false;
    await this.exchange(() => {
      if (backend.closed_ !== undefined && !answered) {
        answered = true;
        session.close(backend.closed_);
      }
      return session.state === 'ended';
    });
    this.check();
    assert.equal(backend.got.length, client.sent);
    assert.equal(client.got.length, backend.sent);
    assert.equal(client.end?.close?.code, closer === 'client' ? 4000 : 4001);
    assert.equal(this.ended, 1);
    assert.equal(this.clock.timers, 0, 'timers are left');
    assert.equal(client.answers, client.requested, 'a request was never answered');
    assert.ok(client.pipes.at(-1)?.over, 'the last downstream was left open');
  }

  async exchange(isDone: () => boolean): Promise<void> {
    const { client, backend, session } = this;
    for (let round = 0; !isDone(); round++) {
      assert.ok(round < 2_000, `nothing moves on: ${session.state}`);
      if (backend.paused) backend.resume();
      client.post(true);
      for (const request of client.requests.splice(0)) client.arrive(request);
      client.attaches.length = 0;
      client.attach(this.random.pick(KINDS));
      const [attach] = client.attaches.splice(0);
      if (attach === undefined) return;
      const pipe = client.arriveAttach(attach, this.clock.now());
      for (let at = 0; at < 5; at++) await turn();
      while (pipe.transit.length > 0) client.read(pipe, false);
    }
  }

  /** No downstream came in time. */
  checkTimeout(): void {
    assert.equal(this.backend.closed_?.code, 1001);
    assert.equal(this.ended, 1);
    assert.equal(this.clock.timers, 0);
    assert.equal(this.client.answers, this.client.requested);
  }
}

describe('a session, driven by chance', () => {
  it(`delivers everything once and in order, both ways, within its bounds (${RUNS} runs)`, async function () {
    // A minute on an idle machine would be too long; four on a busy one are not.
    this.timeout(240_000);
    const seed = seedFromEnvironment();
    const random = new Random(seed);
    let whole = 0;
    for (let index = 0; index < RUNS; index++) {
      const run = new Run(random.fork(index));
      try {
        for (let step = 0; step < STEPS; step++) await run.step();
        if (run.session.state !== 'ended') whole++;
        await run.finish(run.random.pick(['client', 'backend']));
      } catch (error) {
        throw new Error(`run ${index} of FAULT_SEED=${seed}: ${(error as Error).message}`, { cause: error });
      }
    }
    console.log(`      seed ${seed}, ${whole} of ${RUNS} runs to their close`);
    assert.ok(whole > RUNS / 2);
  });
});
