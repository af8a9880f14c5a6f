import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.ts';
import type { RunOptions, RunResult } from './engine.ts';
import { enginesHome, program } from './programs.ts';

const home = join(enginesHome, 'wine-jscript');
const host = join(home, 'host.exe');
const prefix = join(home, 'prefix');
const windowScript = fileURLToPath(new URL('wine-jscript/window.js', import.meta.url));

export type JScriptMode = '1' | '2' | 'es5' | 'es6';

/**
 * Wine's JScript with Wine's MSXML requests, as an Internet Explorer: language and requests are
 * another make's, the window around them is `window.js` and hardly a document. `mode`: 1 is IE6 and
 * 7, 2 is IE8, es5 IE9 and 10, es6 IE11.
 */
export function mode(jscript: JScriptMode, ie: string) {
  return {
    missing(): string | undefined {
      const there = program('wine') !== undefined && existsSync(host) && existsSync(prefix);
      return there ? undefined : "Wine's JScript (test/engines/install.sh wine-jscript)";
    },
    run: (url: string, options: RunOptions) => runPage(url, { ...options, jscript, ie }),
  };
}

async function runPage(
  url: string,
  { seconds, jscript, ie }: RunOptions & { jscript: JScriptMode; ie: string },
): Promise<RunResult> {
  const folder = await mkdtemp(join(tmpdir(), 'wine-page-'));
  try {
    const files = [windowScript];
    for (const [index, { code, attributes }] of (await scriptsOf(url)).entries()) {
      const file = join(folder, `${index}.js`);
      await writeFile(file, `window.addScriptElement(${JSON.stringify(attributes)});\n${code}`);
      files.push(file);
    }
    const env = {
      WINEPREFIX: prefix,
      WINEDEBUG: '-all',
      WINEDLLOVERRIDES: 'mscoree=;mshtml=',
      PAGE_URL: url,
      PAGE_IE: ie,
      PAGE_MODE: jscript,
    };
    // A prefix has one server for all: runs take turns.
    const args = [join(home, 'lock'), program('wine') as string, host, jscript, ...files];
    let result = await runChild('flock', args, { seconds, env });
    // Wine 8's JScript now and then frees code that still runs, and goes down with it: that says
    // nothing of the page.
    for (let left = 3; left > 0 && /wine: Unhandled /.test(result.output); left--) {
      result = await runChild('flock', args, { seconds, env });
    }
    return result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface PageScript {
  readonly code: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
}

/**
 * There is no HTML parser on that side: the scripts of a page of ours are read off here, in order.
 */
async function scriptsOf(url: string): Promise<PageScript[]> {
  const html = await text(url);
  const scripts: PageScript[] = [];
  for (const [, tag = '', inline = ''] of html.matchAll(/<script([^>]*)>(.*?)<\/script>/gs)) {
    const attributes = [...tag.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => {
      return [name, name === 'src' ? new URL(value, url).href : value] as const;
    });
    const src = attributes.find(([name]) => name === 'src')?.[1];
    scripts.push({ code: src === undefined ? inline : await text(src), attributes });
  }
  return scripts;
}

async function text(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.text();
}
