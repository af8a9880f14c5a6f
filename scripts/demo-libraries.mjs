// Copies the libraries of the demo's pages into dist/demo, with their licenses. The packages are
// needed for the build only: installed, they bring 50 more, some with native code.
import { copyFileSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('..', import.meta.url);

const FILES = {
  'stompjs/lib/stomp.js': 'stomp.js',
  'stompjs/LICENSE.txt': 'stomp-license.txt',
  'sockjs-client/dist/sockjs.min.js': 'sockjs.min.js',
  'sockjs-client/LICENSE': 'sockjs-license.txt',
};

mkdirSync(new URL('dist/demo', root), { recursive: true });
for (const [from, to] of Object.entries(FILES)) {
  copyFileSync(
    fileURLToPath(new URL(`node_modules/${from}`, root)),
    fileURLToPath(new URL(`dist/demo/${to}`, root)),
  );
}
