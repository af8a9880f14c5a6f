import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { IdleShare } from './idle-share.ts';
import { MOCHA, type Outcome, Running } from './job.ts';
import { GROUPS, type Group, type Job, jobsOf, recordSeconds, roomJob, root, SIDE_BY_SIDE } from './plan.ts';
import { Report } from './report.ts';
import { Schedule } from './schedule.ts';
import { joinRuns, secondRun } from './second-run.ts';

const HELP = `node --import tsx test/run/main.ts [GROUP...] [options]

  GROUP          ${GROUPS.join(', ')}; default all
  --jobs N       processes side by side; default ${SIDE_BY_SIDE}. From 2 on there are more while the
                 machine is idle
  --only WORDS   only jobs with one of these words, separated by commas, in their name
  --room NAME    the unit tests of one room, such as session, with a line for each test
  --watch        with --room: again and again, as files change
  --record       write down how long each job takes: the longest begin first
  --list         print the jobs`;

/** It starts a program again when a file that the program imports has changed. */
const TSX = fileURLToPath(import.meta.resolve('tsx/cli'));

/** Seconds without any line after which the jobs that run are named. */
const SILENCE = 30;
/** Seconds between two looks at the machine, and the idle share that is room for one more job. */
const LOOK = 5;
const ROOM = 0.3;
/**
 * Jobs that may run again, alone, when they failed beside others. With more there is something else
 * the matter.
 */
const AGAIN = 10;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    jobs: { type: 'string', default: String(SIDE_BY_SIDE) },
    only: { type: 'string' },
    room: { type: 'string' },
    watch: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

try {
  if (values.help) console.log(HELP);
  else if (values.room !== undefined) runRoom(roomJob(values.room));
  else if (values.list) for (const { name } of wanted()) console.log(name);
  else process.exitCode = await runAll(wanted());
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

function wanted(): Job[] {
  const unknown = positionals.find((group) => !GROUPS.includes(group as Group));
  if (unknown !== undefined) throw new Error(`no group "${unknown}": must be one of ${GROUPS.join(', ')}`);
  const jobs = jobsOf(positionals.length > 0 ? (positionals as Group[]) : GROUPS);
  const words = values.only?.split(',');
  return words === undefined ? jobs : jobs.filter(({ name }) => words.some((word) => name.includes(word)));
}

/** Mocha's own output, for one room. */
function runRoom({ files }: Job): void {
  const node = values.watch ? [TSX, 'watch', '--clear-screen=false'] : ['--import', 'tsx'];
  const child = spawn(process.execPath, [...node, ...MOCHA, ...files], { cwd: root, stdio: 'inherit' });
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}

async function runAll(jobs: readonly Job[]): Promise<number> {
  const slots = Number(values.jobs);
  if (!Number.isInteger(slots) || slots < 1) throw new Error('--jobs must be a whole number, 1 or more');
  let printed = performance.now();
  const report = new Report((line) => {
    console.log(line);
    printed = performance.now();
  });
  const again: Outcome[] = [];
  const seconds = new Map<string, number>();
  const first = new Schedule(jobs, {
    slots,
    ended(outcome) {
      report.ended(outcome);
      seconds.set(outcome.job.name, outcome.seconds);
      if (outcome.failures.length > 0 && slots > 1 && !outcome.job.alone) again.push(outcome);
      else report.count(outcome);
    },
  });
  // A failure may come from what ran beside it. What fails alone, too, counts.
  const repeated = () => {
    const isFew = again.length <= AGAIN;
    for (const outcome of again) {
      if (isFew) report.runsAgain(outcome);
      else report.count(outcome);
    }
    const firstOf = new Map(again.map((outcome) => [outcome.job.name, outcome]));
    return new Schedule(isFew ? again.map(secondRun) : [], {
      slots: 1,
      ended(outcome) {
        report.ended(outcome);
        report.count(joinRuns(firstOf.get(outcome.job.name) as Outcome, outcome));
      },
    });
  };

  let current = first;
  const progress = setInterval(() => {
    if (performance.now() - printed < SILENCE * 1000) return;
    for (const running of current.running as Set<Running>) {
      const { job, passed, seconds } = running;
      report.waits(`${job.name}: ${passed} passed so far (${Math.round(seconds)} s)`);
    }
  }, 1000);
  const idle = new IdleShare();
  const spare = setInterval(() => {
    if (idle.since() > ROOM && slots > 1) first.startAnother();
  }, LOOK * 1000);
  const stop = (signal: NodeJS.Signals): void => {
    for (const running of current.running) if (running instanceof Running) running.kill(signal);
    report.failures.push({ title: 'the run', error: `it was ended by ${signal}` });
    report.end(process.env.CI === 'true');
    process.exit(1);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop).once('SIGHUP', stop);

  report.begins(jobs);
  await first.run();
  clearInterval(spare);
  current = repeated();
  await current.run();
  clearInterval(progress);
  if (values.record) recordSeconds(seconds);
  return report.end(process.env.CI === 'true');
}
