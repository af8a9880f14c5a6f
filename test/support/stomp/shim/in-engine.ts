import { readFileSync } from 'node:fs';
import type { EngineName } from '../../../engines/engine.ts';
import { reportFrom } from '../../pages/report-from.ts';
import { seedFromEnvironment } from '../../random.ts';
import { type Pages, startFront } from '../../servers/front.ts';
import { startGateway } from '../../servers/gateway.ts';
import { type StompName, stompSources } from './libraries.ts';
import { oddServer } from './odd-server.ts';

/** The libraries in a page, in order. */
export const names: readonly StompName[] = ['2.3.3', '2.3.4-next', 'the fork'];

/** The sources that `libraryTags` asks for, and the conversation, `talk.js`. */
export const libraryPages: Pages = {
  ...Object.fromEntries(names.map((name, at) => [`/_test/library-${at}.js`, () => stompSources[name]])),
  '/_test/talk.js': () => pageScript('talk.js'),
};

/** Makes `libraries`: [{ name, Stomp }]. */
export const libraryTags = [
  '<script>var libraries = [];</script>',
  ...names.map(
    (name, at) => `<script src="/_test/library-${at}.js"></script>
<script>libraries.push({ name: '${name}', Stomp: window.Stomp }); window.Stomp = undefined;</script>`,
  ),
  '<script src="/_test/talk.js"></script>',
].join('\n');

/** A script of this folder. */
export function pageScript(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}

interface OddRun {
  readonly engine: EngineName;
  readonly pages: Pages;
  /** Parameters of the page. */
  readonly query?: Readonly<Record<string, string>>;
  readonly seconds: number;
  /** Called with each frame that the server gets, and each `close`. */
  readonly seen?: (session: string, what: string) => void;
}

/**
 * What a page reports that has the odd server at `/odd`: results by activity and library.
 */
export async function oddResults({
  engine,
  pages,
  query = {},
  seconds,
  seen = () => {},
}: OddRun): Promise<(what: string, name: string) => string[]> {
  const seed = seedFromEnvironment();
  console.log(`      FAULT_SEED=${seed}`);
  const gateway = await startGateway({}, (it) => it.route('/odd', oddServer(seed, seen)));
  const front = await startFront(gateway.port, pages);
  try {
    const report = await reportFrom({ engine, front, query, seconds });
    const lines = report.split('\n').map((line) => line.split('\t'));
    return (what, name) =>
      lines.filter((line) => line[0] === what && line[1] === name).map((line) => line[2] ?? '');
  } finally {
    await front.close();
    await gateway.close();
  }
}
