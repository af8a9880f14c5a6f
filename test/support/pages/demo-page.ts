import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type EngineName, run } from '../../engines/engine.ts';
import { startFront } from '../servers/front.ts';

interface DemoRun {
  readonly engine: EngineName;
  readonly gatewayPort: number;
  /** File of the page. */
  readonly page: string;
  /** Adds scripts to the page: those that use it, and set its title to `done`. */
  readonly edit: (html: string) => string;
}

/**
 * Has a script use a page of the demo in an engine. Answers what the engine said; fails when the
 * page was not done in 50 s.
 */
export async function useDemoPage({ engine, gatewayPort, page, edit }: DemoRun): Promise<string> {
  const html = readFileSync(new URL(`../../../legacy-demo/${page}`, import.meta.url), 'utf8');
  const front = await startFront(gatewayPort, { [`/_test/${page}`]: () => edit(html) });
  try {
    const { done, output } = await run(engine, `http://127.0.0.1:${front.port}/_test/${page}`, {
      seconds: 50,
    });
    assert.ok(done, output);
    return output;
  } finally {
    await front.close();
  }
}
