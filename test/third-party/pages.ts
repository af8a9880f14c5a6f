import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Pages } from '../support/servers/front.ts';
import { librariesFolder } from './home.ts';
import { LIBRARIES, type Library, scriptText } from './libraries.ts';

/** In place of a transport: the page as it was before the tag went in. */
export const WITHOUT_SHIM = 'no shim';

/** Pages with the shim's tag and a library. */
export async function libraryPages(): Promise<Pages> {
  const scripts = await scenarioScripts();
  return {
    '/_test/library.html': pageOf,
    '/_test/script.js': (query) => scriptText(query.get('file') ?? ''),
    '/_test/scenario.js': (query) => scripts.get(query.get('name') ?? '') ?? '',
    // Where agents send what they have seen.
    '/_test/nowhere': () => '',
  };
}

function pageOf(query: URLSearchParams): string {
  const {
    scenario,
    before = [],
    behind = [],
    loadsShim,
  } = LIBRARIES[Number(query.get('library'))] as Library;
  const transport = query.get('transport') ?? '';
  const hasTag = !loadsShim && transport !== WITHOUT_SHIM;
  const hasWebSocket = transport === WITHOUT_SHIM || transport.startsWith('websocket');
  const order = transport === 'websocket' ? '' : ` data-transports="${transport}"`;
  const script = (file: string) =>
    `<script src="/_test/script.js?file=${encodeURIComponent(file)}"></script>`;
  return [
    '<!DOCTYPE html><html><head><meta charset="utf-8"><title>library</title>',
    hasWebSocket ? '' : '<script>delete window.WebSocket;</script>',
    ...before.map(script),
    hasTag ? `<script src="${query.get('gateway')}/shim/websocket.min.js"${order}></script>` : '',
    ...behind.map(script),
    `</head><body><script src="/_test/scenario.js?name=${scenario}"></script></body></html>`,
  ].join('\n');
}

/** Each scenario with what it imports, as one script that defines `scenario`. */
async function scenarioScripts(): Promise<Map<string, string>> {
  const names = [...new Set(LIBRARIES.map(({ scenario }) => scenario))];
  const folder = fileURLToPath(new URL('scenarios', import.meta.url));
  const made = await build({
    entryPoints: names.map((name) => `${folder}/${name}.js`),
    outdir: folder,
    write: false,
    bundle: true,
    format: 'iife',
    globalName: 'scenario',
    platform: 'browser',
    target: 'es2022',
    nodePaths: [librariesFolder],
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    logLevel: 'error',
  });
  return new Map(made.outputFiles.map(({ path, text }) => [path.slice(folder.length + 1, -3), text]));
}
