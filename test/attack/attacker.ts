import { setTimeout as after } from 'node:timers/promises';
import { attacks } from './attacks.ts';

/**
 * A process of hostile clients: all attacks at once, each again as soon as it has ended.
 * Arguments: port, seconds.
 */
const [port, seconds] = process.argv.slice(2).map(Number) as [number, number];
const signal = AbortSignal.timeout(seconds * 1000);
const rounds = new Map(attacks.map(({ name }) => [name, 0]));

await Promise.all(
  attacks.map(async ({ name, run }, index) => {
    for (let round = 0; !signal.aborted; round++) {
      // Each attack comes from one address at first, and then from one of many.
      const from = `127.0.${1 + index}.${1 + (round % 10)}`;
      await run({ port, from }, signal).catch(() => {});
      rounds.set(name, round + 1);
      await after(10);
    }
  }),
);
process.send?.(Object.fromEntries(rounds));
process.exit(0);
