import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { scenario } from '../../conformance/conformance.ts';
import { scenarioPages } from '../../conformance/in-engine.ts';
import { startConformanceUpstream } from '../../support/servers/conformance-upstream.ts';
import { type Front, startFront } from '../../support/servers/front.ts';
import { startProgram } from '../../support/servers/gateway-program.ts';
import { engines, run } from '../engine.ts';
import { type EngineRuns, RUNS } from '../runs.ts';

/*
 * npm run engines [-- ENGINE...]: runs every engine, or those named, on pages of the gateway's own
 * origin and of another one, prints the table of what was seen working, and, if all were run, puts
 * it into docs/transports.md.
 */

const SECONDS = 240;
const DOCUMENT = new URL('../../../docs/transports.md', import.meta.url);
const SHIM = new URL('../../../dist/client-shim/websocket.min.js', import.meta.url);
const MARKS = ['<!-- engines -->', '<!-- /engines -->'] as const;

const pages = {
  ...scenarioPages,
  '/_test/row.js': () => readFileSync(new URL('page.js', import.meta.url), 'utf8'),
  '/_test/row.html': (query: URLSearchParams) =>
    `<!DOCTYPE html><html><head><meta charset="utf-8"><title>row</title></head><body>
<script src="${query.get('gateway')}/shim/websocket.min.js"></script>
<script src="/_test/test-page.js"></script>
<script src="/_test/scenario.js"></script>
<script src="/_test/row.js"></script>
</body></html>`,
  '/_test/scenario.js': () => scenario,
};

/** What was seen of each transport: `text`, `binary`, `close`, `closed`, `used`. */
type Seen = ReadonlyMap<string, ReadonlySet<string>>;

async function seenFrom(front: Front, gateway: string, { engine, transports }: EngineRuns): Promise<Seen> {
  const query = new URLSearchParams({ id: 'row', gateway, transports: transports.join() });
  await run(engine, `http://127.0.0.1:${front.port}/_test/row.html?${query}`, { seconds: SECONDS });
  const seen = new Map(transports.map((transport) => [transport, new Set<string>()]));
  for (const line of (front.report('row') ?? '').split('\n')) {
    const [transport = '', kind = ''] = line.split(' ');
    seen.get(transport)?.add(kind);
  }
  return seen;
}

async function choiceOf(front: Front, { engine }: EngineRuns): Promise<string> {
  const query = new URLSearchParams({
    id: 'choice',
    path: '/upstream',
    gateway: '',
    transports: '',
    ask: 'choice',
  });
  await run(engine, `http://127.0.0.1:${front.port}/_test/page.html?${query}`, { seconds: 150 });
  return front.report('choice') ?? 'no answer';
}

function letters(kinds: ReadonlySet<string>): string {
  if (!kinds.has('used')) return '';
  const close = kinds.has('close') && kinds.has('closed');
  return [kinds.has('text') && 't', kinds.has('binary') && 'b', close && 'c'].filter(Boolean).join(' ');
}

/** One engine's line. The page from another origin is at another port. */
async function rowOf(runs: EngineRuns): Promise<string> {
  const upstream = await startConformanceUpstream();
  const elsewhere = await startFront(0, pages);
  const gateway = await startProgram([
    ...['--route', `/upstream=ws://127.0.0.1:${upstream.port}`, '--log-level', 'silent', '--jsonp'],
    ...['--origin', `http://127.0.0.1:${elsewhere.port}`],
  ]);
  const own = await startFront(gateway.port, pages);
  try {
    const same = await seenFrom(own, `http://127.0.0.1:${own.port}`, runs);
    const other = await seenFrom(elsewhere, `http://127.0.0.1:${gateway.port}`, runs);
    const choice = await choiceOf(own, runs);
    const cells = runs.transports.map((transport) => {
      const here = letters(same.get(transport) as ReadonlySet<string>);
      const there = letters(other.get(transport) as ReadonlySet<string>);
      return `${transport} (${here || 'fails'}${there !== '' && there === here ? ' x' : ''})`;
    });
    const reason = 'because' in runs && choice === runs.picks ? `: ${runs.because}` : '';
    return `| ${runs.engine} | ${runs.standsFor} | ${cells.join(', ')} | ${choice}${reason} |`;
  } finally {
    await own.close();
    await elsewhere.close();
    await gateway.close();
    await upstream.close();
  }
}

const names = process.argv.slice(2);
const wanted = names.length > 0 ? RUNS.filter(({ engine }) => names.includes(engine)) : RUNS;
const absent = wanted.map(({ engine }) => engines[engine].missing()).filter((what) => what !== undefined);
if (absent.length > 0) {
  console.error(`not installed: ${absent.join(', ')}`);
  process.exit(1);
}

const rows = ['| engine | stands for | transports seen working | picked |', '|---|---|---|---|'];
for (const runs of wanted) {
  const row = await rowOf(runs);
  rows.push(row);
  console.log(row);
}

const size = gzipSync(readFileSync(SHIM), { level: 9 }).length.toLocaleString('en');
const table = `${rows.join('\n')}

t: text. b: 256-value binary. c: close code and reason, both ways. x: all of that from another
origin, too. Seen by \`npm run engines\` with the shim of ${size} bytes gzipped, the STOMP fix
included.`;

if (wanted === RUNS) {
  const text = readFileSync(DOCUMENT, 'utf8');
  const [from, to] = MARKS.map((mark) => text.indexOf(mark)) as [number, number];
  if (from < 0 || to < from) throw new Error(`docs/transports.md has no ${MARKS.join(' … ')}`);
  writeFileSync(DOCUMENT, `${text.slice(0, from + MARKS[0].length)}\n${table}\n${text.slice(to)}`);
}
