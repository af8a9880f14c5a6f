import assert from 'node:assert/strict';
import type { CloseStatus } from '../../../gateway/protocol/close.ts';
import { Message } from '../../../gateway/protocol/message.ts';
import type { Arrival } from '../../../gateway/protocol/unit.ts';
import { Inbox, type InboxOwner } from '../../../gateway/session/inbox.ts';
import type { Random } from '../../support/random.ts';
import { randomText } from '../inputs.ts';
import { type FuzzTarget, fuzzTarget } from '../target.ts';

/** A frame as a client may number it. The same number always stands for the same frame. */
interface Frame {
  readonly text: string;
  readonly kind: 'T' | 't' | 'B' | 'b' | 'C';
}

/** What happens to an inbox: it is held, released, or gets frames by their index. */
type Step = 'hold' | 'release' | readonly number[];

interface Script {
  readonly frames: readonly Frame[];
  readonly steps: readonly Step[];
  readonly bound: number;
  readonly maxMessage: number;
}

function randomScript(random: Random): Script {
  const frames = Array.from({ length: random.int(1, 24) }, (): Frame => {
    const kind = random.chance(0.03) ? 'C' : random.pick(['T', 'T', 'T', 't', 't', 'B', 'b'] as const);
    return { kind, text: randomText(random, 8) };
  });
  const steps = Array.from({ length: random.int(1, 20) }, (): Step => {
    if (random.chance(0.3)) return random.pick(['hold', 'release'] as const);
    const first = random.int(0, frames.length - 1);
    return Array.from({ length: random.int(1, 8) }, (_, index) => first + index).filter(
      (index) => index < frames.length && !random.chance(0.1),
    );
  });
  const bound = random.pick([150, 400, 1_000, 1e9]);
  return { frames, steps, bound, maxMessage: random.pick([10, 1e9]) };
}

function arrivalOf({ kind, text }: Frame, index: number): Arrival {
  const number = index + 1;
  if (kind === 'C') return { number, message: undefined, more: false, close: { code: 1000, reason: text } };
  const isBinary = kind === 'B' || kind === 'b';
  const message = isBinary ? Message.binary(Buffer.from(text)) : Message.text(text);
  return { number, message, more: kind === 't' || kind === 'b', close: undefined };
}

/** What a backend receives of frames that come in order and once. */
function expected(frames: readonly Frame[], maxMessage: number): string[] {
  const out: string[] = [];
  let parts: Frame[] = [];
  for (const frame of frames) {
    if (frame.kind === 'C') return [...out, `closed ${frame.text}`];
    parts.push(frame);
    const whole = parts.map(({ text }) => text).join('');
    if (Buffer.byteLength(whole) > maxMessage) return [...out, 'failed'];
    if (new Set(parts.map(({ kind }) => kind.toLowerCase())).size > 1) return [...out, 'failed'];
    if (frame.kind === 't' || frame.kind === 'b') continue;
    out.push(`${frame.kind} ${whole}`);
    parts = [];
  }
  return out;
}

class Owner implements InboxOwner {
  readonly out: string[] = [];

  arrived(message: Message): void {
    this.out.push(message.binary ? `B ${message.bytes.toString()}` : `T ${message.text}`);
  }

  closed({ reason }: CloseStatus): void {
    this.out.push(`closed ${reason}`);
  }

  shut(): void {
    this.out.push('failed');
  }

  released(): void {}

  hasRoom(): boolean {
    return true;
  }
}

/** A failure overtakes what waits: the connection cannot go on. */
function checkBeginning(out: readonly string[], all: readonly string[]): void {
  const hasFailed = out.at(-1) === 'failed';
  const before = hasFailed ? out.slice(0, -1) : out;
  if (hasFailed) assert.equal(all.at(-1), 'failed');
  assert.deepEqual(before, all.slice(0, before.length));
}

export const targets: readonly FuzzTarget[] = [
  fuzzTarget<string>({
    name: 'inbox',
    input: (random) => JSON.stringify(randomScript(random)),
    run(input) {
      const { frames, steps, bound, maxMessage } = JSON.parse(input) as Script;
      const owner = new Owner();
      const inbox = new Inbox(owner, bound, maxMessage);
      for (const step of steps) {
        const before = inbox.received;
        if (step === 'hold') inbox.hold();
        else if (step === 'release') inbox.release();
        else inbox.put(step.map((index) => arrivalOf(frames[index] as Frame, index)));
        assert.ok(inbox.received >= before && inbox.bytes >= 0);
        const all = expected(frames.slice(0, inbox.received), maxMessage);
        checkBeginning(owner.out, all);
      }
      inbox.release();
      inbox.put(frames.map(arrivalOf));
      inbox.put(frames.map(arrivalOf));
      assert.equal(inbox.received, frames.length);
      const all = expected(frames, maxMessage);
      if (all.at(-1) === 'failed') checkBeginning(owner.out, all);
      else assert.deepEqual(owner.out, all);
      inbox.stop();
      assert.equal(inbox.bytes, 0);
    },
  }),
];
