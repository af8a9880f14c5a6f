/*
 * Fills one holder of some sessions after the other, and prints what the sessions count and what
 * the memory of this process grew by, a line of JSON for each case. Run by weights.test.ts.
 */
import { channelPair } from '../../../gateway/channel/channel-pair.ts';
import { pipe } from '../../../gateway/channel/pipe.ts';
import { encodeBytes, encodeBytesControl, parseBytes } from '../../../gateway/protocol/byte-form.ts';
import { Message } from '../../../gateway/protocol/message.ts';
import { encodeText, encodeTextControl, parseText } from '../../../gateway/protocol/text-form.ts';
import type { Unit } from '../../../gateway/protocol/unit.ts';
import { Session } from '../../../gateway/session/session.ts';
import { acknowledged, identity, surroundings } from '../../support/sessions.ts';
import { TestClock } from '../../support/test-clock.ts';

export interface Case {
  readonly holder: 'outbox' | 'waiting' | 'early' | 'fragments' | 'delayed';
  /** How the client sends: text, text of two bytes a character, text in byte form, binary. */
  readonly kind: 'text' | 'wide' | 'byte form' | 'binary';
  readonly size: number;
}
export interface Weighed extends Case {
  readonly counted: number;
  readonly grown: number;
}

/** Enough that what else happens in the process does not matter. */
const SESSIONS = 10;
const PER_SESSION = 500_000;

function encodeUnit({ kind, size, holder }: Case, first: number, count: number): Unit {
  const more = holder === 'fragments';
  const position = String(first);
  const messages = Array.from({ length: count }, (_, index) => messageOf(kind, size, first + index));
  if (kind === 'text' || kind === 'wide') {
    const encoded = encodeTextControl('#', position) + messages.map((one) => encodeText(one, more)).join('');
    // As a body comes: its text is decoded from bytes.
    return parseText(Buffer.from(encoded).toString());
  }
  const encoded = messages.flatMap((one) => encodeBytes(one, more));
  return parseBytes(Buffer.concat([encodeBytesControl('#', position), ...encoded]));
}

function messageOf(kind: Case['kind'], size: number, number: number): Message {
  if (kind === 'binary') return Message.binary(Buffer.alloc(size, number));
  if (kind === 'wide') return Message.text('€'.repeat(Math.ceil(size / 3)));
  return Message.text(String(number % 10).repeat(size));
}

function open(holder: Case['holder']): Session {
  const isDelayed = holder === 'delayed';
  const limits = {
    ...{ heartbeat: 25_000, silence: 62_500, resumeWindow: 120_000, attachTimeout: 5_000, maxSessionAge: 0 },
    ...{ outbox: 1e9, inbox: isDelayed ? 200_000 : 1e9, maxBuffered: 1e9, fragment: 65_536, maxDelayed: 5 },
  };
  const context = { ...surrounding, clock, limits, policy: acknowledged, maxMessage: 1e9 };
  const session = new Session(identity, context, () => {});
  if (holder === 'outbox') {
    const [channel, far] = channelPair();
    // Echoes everything, and does not wait.
    far.attach({ message: (echoed) => void far.send(echoed), drained: () => {}, closed: () => {} });
    pipe(session, channel);
  } else if (holder !== 'fragments') session.pause();
  if (isDelayed) session.accept(parseText(`#1\x1eT${'x'.repeat(limits.inbox)}\x1e`), () => {});
  return session;
}

function fill(session: Session, filled: Case): void {
  const { holder, size } = filled;
  const weight = size + 250;
  const first = holder === 'early' || holder === 'delayed' ? 2 : 1;
  const perUnit = Math.max(1, Math.min(500, Math.floor(150_000 / weight)));
  const units = holder === 'delayed' ? 4 : Math.ceil(PER_SESSION / weight / perUnit);
  for (let index = 0; index < units; index++) {
    session.accept(encodeUnit(filled, first + index * perUnit, perUnit), () => {});
  }
}

const surrounding = surroundings();
const clock = new TestClock();

/** Bytes in use, behind a collection: the first one hands the memory of buffers to be freed. */
function usedMemory(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function weigh(filled: Case): Weighed {
  const all = Array.from({ length: SESSIONS }, () => open(filled.holder));
  const countedBefore = surrounding.memory.held;
  const before = usedMemory();
  for (const session of all) fill(session, filled);
  const grown = usedMemory() - before;
  const counted = surrounding.memory.held - countedBefore;
  for (const session of all) session.abandon();
  return { ...filled, counted, grown };
}

const holders = ['outbox', 'waiting', 'early', 'fragments', 'delayed'] as const;
const cases = holders.flatMap((holder): Case[] => [
  ...[0, 1, 100, 100_000].map((size) => ({ holder, kind: 'text' as const, size })),
  ...[100, 100_000].map((size) => ({ holder, kind: 'binary' as const, size })),
]);
cases.push({ holder: 'outbox', kind: 'wide', size: 100 }, { holder: 'early', kind: 'byte form', size: 100 });
// At the first run of each, code is compiled as well.
for (const one of cases) if (one.size === 100) weigh(one);
for (const one of cases) console.log(JSON.stringify(weigh(one)));
