import { parseArgs } from 'node:util';
import { underAttack } from './under-attack.ts';

/**
 * `npm run attack -- --seconds 300 --attackers 2 --heap 512`. The exit code is 1 if anything was
 * lost or the process ended.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    attackers: { type: 'string', default: '2' },
    heap: { type: 'string', default: '512' },
  },
});
const seconds = Number(values.seconds);
console.log(`${values.attackers} attackers for ${seconds} s, heap of ${values.heap} MiB`);
const { log, rounds, wrong, ...figures } = await underAttack(
  seconds,
  Number(values.attackers),
  Number(values.heap),
);
console.table(rounds);
console.log(figures);
console.log(wrong.length === 0 ? 'honest clients: nothing wrong' : wrong.slice(0, 20).join('\n'));
if (figures.ended !== undefined) console.log(log.slice(-3_000));
process.exit(figures.ended === undefined && wrong.length === 0 ? 0 : 1);
