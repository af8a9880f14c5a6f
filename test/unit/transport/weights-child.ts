/*
 * Fills one holder of the transports after the other, and prints what is counted and what the
 * memory of this process grew by, a line of JSON for each case. Run by weights.test.ts.
 */
import { EventEmitter, once } from 'node:events';
import { MemoryBudget } from '../../../gateway/base/memory-budget.ts';
import { MessageReader } from '../../../gateway/dialect/sockjs-messages.ts';
import { encodeTextControl, parseText } from '../../../gateway/protocol/text-form.ts';
import { MessageSlices } from '../../../gateway/transport/sockjs/message-slices.ts';
import { WaitingFrames } from '../../../gateway/transport/waiting-frames.ts';

export interface Weighed {
  readonly holder: keyof typeof holders;
  readonly size: number;
  readonly counted: number;
  readonly grown: number;
}

/** Enough that what else happens in the process does not matter. */
const TOTAL = 10_000_000;

const memory = new MemoryBudget({ memory: 1e9, memoryPerAddress: 1e9 });
const openAccount = () => memory.account('192.0.2.1');

/** Holders of some millions of bytes in messages of so many characters. */
const holders = {
  'frames behind a WebSocket': (size: number): unknown => {
    const waiting = new WaitingFrames(TOTAL, openAccount);
    const frame = encodeTextControl('T', 'x'.repeat(size));
    const perUnit = Math.max(1, Math.min(1000, Math.floor(200_000 / (size + 4))));
    for (let units = TOTAL / perUnit / (size + 200); units > 0; units--) {
      const text = Buffer.from(encodeTextControl('#', '1') + frame.repeat(perUnit)).toString();
      waiting.push(parseText(text).arrivals);
    }
    return waiting;
  },
  'messages of a SockJS body': async (size: number): Promise<unknown> => {
    const kept: unknown[] = [];
    const perBody = Math.max(2, Math.min(60_000, Math.floor(TOTAL / (size + 200))));
    const body = Buffer.from(JSON.stringify(Array.from({ length: perBody }, () => 'x'.repeat(size))));
    for (let bodies = TOTAL / perBody / (size + 200); bodies > 0; bodies--) {
      kept.push(await firstSliceOf(Buffer.from(body)));
    }
    return kept;
  },
};

/** Resolves once the first slice is taken; there is no room for more. */
async function firstSliceOf(json: Buffer): Promise<MessageSlices> {
  const taken = new EventEmitter();
  const slices = new MessageSlices(
    () => taken.emit('slice'),
    openAccount,
    () => {},
  );
  slices.start(new MessageReader(json), json.length);
  await once(taken, 'slice');
  return slices;
}

/** Bytes in use, behind a collection: the first one hands the memory of buffers to be freed. */
async function usedMemory(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc?.();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

async function weigh(holder: keyof typeof holders, size: number): Promise<Weighed> {
  const countedBefore = memory.held;
  const before = await usedMemory();
  const kept = await holders[holder](size);
  const grown = (await usedMemory()) - before;
  const counted = memory.held - countedBefore;
  if (kept === undefined) throw new Error('nothing was filled');
  return { holder, size, counted, grown };
}

for (const holder of Object.keys(holders) as (keyof typeof holders)[]) {
  // At the first run code is compiled as well.
  await weigh(holder, 100);
  // Long messages of SockJS are one slice, and so are the session's to count at once.
  const sizes = holder === 'frames behind a WebSocket' ? [0, 1, 100, 100_000] : [0, 1, 100, 1000];
  for (const size of sizes) console.log(JSON.stringify(await weigh(holder, size)));
}
