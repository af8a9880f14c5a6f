import assert from 'node:assert/strict';
import { type EngineName, run } from '../../engines/engine.ts';
import type { Front } from '../servers/front.ts';

interface Visit {
  readonly engine: EngineName;
  readonly front: Front;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** Name of the page below `/_test`. @default 'page.html' */
  readonly page?: string;
  /** Its parameters; `id` must be its own among the pages of a front. @default { id: 'page' } */
  readonly query?: Readonly<Record<string, string>>;
  /** Time that it has to report. */
  readonly seconds: number;
}

/**
 * Opens a page in an engine, and answers what it sent by `testPage.report`. Fails when that is
 * nothing.
 */
export async function reportFrom({
  engine,
  front,
  host = '127.0.0.1',
  page = 'page.html',
  query = {},
  seconds,
}: Visit): Promise<string> {
  const all = { id: 'page', ...query };
  const url = `http://${host}:${front.port}/_test/${page}?${new URLSearchParams(all)}`;
  const { output } = await run(engine, url, { seconds });
  const report = front.report(all.id);
  assert.ok(report, `no report (${front.requested()}); the engine said: ${output}`);
  return report;
}
