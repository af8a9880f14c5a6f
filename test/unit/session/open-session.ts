import type { Log } from '../../../gateway/base/log.ts';
import type { Receiver } from '../../../gateway/channel/channel.ts';
import { text } from '../../../gateway/dialect/text.ts';
import type { CloseStatus } from '../../../gateway/protocol/close.ts';
import type { Delivery, EndReason } from '../../../gateway/protocol/delivery.ts';
import type { Message } from '../../../gateway/protocol/message.ts';
import { parseText } from '../../../gateway/protocol/text-form.ts';
import type { Carrier } from '../../../gateway/session/carrier.ts';
import type { SessionLimits } from '../../../gateway/session/limits.ts';
import type { SessionPolicy } from '../../../gateway/session/policy.ts';
import { Session } from '../../../gateway/session/session.ts';
import { acknowledged, identity, surroundings } from '../../support/sessions.ts';
import { TestClock } from '../../support/test-clock.ts';

export const LIMITS: SessionLimits = {
  heartbeat: 25_000,
  silence: 62_500,
  resumeWindow: 120_000,
  attachTimeout: 5_000,
  outbox: 2_000,
  inbox: 500,
  maxBuffered: 3_000,
  fragment: 400,
  maxDelayed: 2,
  maxSessionAge: 0,
};

type Kind = 'poll' | 'stream' | 'socket';

/** A carrier that writes down what it is to write, in text form with `␞` for the frame end. */
export class Scribe implements Carrier {
  readonly name: Kind;
  readonly once: boolean;
  readonly acknowledges: boolean;
  readonly room = 65_536;
  readonly lines: string[] = [];
  /** What `deliver` answers. */
  takesMore = true;

  constructor(kind: Kind) {
    this.name = kind;
    this.once = kind === 'poll';
    this.acknowledges = kind === 'socket';
  }

  deliver(delivery: Delivery): boolean {
    this.lines.push(visible(text.delivery(delivery, false)));
    return this.takesMore;
  }

  heartbeat(): void {
    this.lines.push('H');
  }

  end(reason: EndReason): void {
    this.lines.push(`end ${reason}`);
  }
}

export function visible(frames: string): string {
  return frames.replaceAll('\x1e', '␞');
}

/** A backend that writes down what it receives. */
export class Backend implements Receiver {
  readonly lines: string[] = [];

  message(message: Message): void {
    this.lines.push(message.binary ? `binary ${message.bytes.toString('hex')}` : message.text);
  }

  drained(): void {
    this.lines.push('drained');
  }

  closed(status: CloseStatus): void {
    this.lines.push(`closed ${status.code}${status.reason && ` ${status.reason}`}`);
  }
}

interface Settings {
  readonly limits?: Partial<SessionLimits>;
  readonly policy?: SessionPolicy;
  readonly maxMessage?: number;
  /** Bytes that all sessions of the test may occupy. */
  readonly memory?: number;
  readonly log?: Log;
}

/** A session between a backend and a client that write down what they receive. */
export function open({ limits, policy = acknowledged, maxMessage = 10_000, memory, log }: Settings = {}) {
  const clock = new TestClock();
  const backend = new Backend();
  const surrounding = surroundings(memory);
  let forgotten = 0;
  const session = new Session(
    identity,
    {
      ...surrounding,
      ...(log && { log }),
      clock,
      limits: { ...LIMITS, ...limits },
      policy,
      maxMessage,
    },
    () => forgotten++,
  );
  session.attach(backend);
  const answers: string[] = [];
  const parse = (frames: string) => parseText(frames.replaceAll('␞', '\x1e'));
  const accept = (frames: string): void => session.accept(parse(frames), (ack) => answers.push(`A${ack}`));
  /** `frames`: what the request of the carrier brings. */
  const attach = (n: number, ack: number, kind: Kind = 'stream', frames = ''): Scribe => {
    const scribe = new Scribe(kind);
    session.acceptCarried(parse(`D${n},${ack}␞${frames}`));
    session.attachCarrier(scribe, n, ack);
    return scribe;
  };
  const held = (): number => surrounding.memory.held;
  return { clock, backend, session, accept, attach, answers, held, forgotten: () => forgotten };
}
