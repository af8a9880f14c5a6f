import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const built = (name: string) =>
  readFileSync(new URL(`../../../dist/client-shim/${name}`, import.meta.url), 'latin1');

/** By which the shim and its separate scripts know each other (transport/direct-socket.ts). */
const SHARED = [
  ...['open', 'url', 'protocols', 'origin', 'bytes', 'events', 'hooks'],
  ...['send', 'close', 'settle', 'abandon', 'message', 'sent', 'closing', 'closed'],
  ...['opened', 'passed', 'over'],
];
const PARTS: readonly (readonly [file: string, names: readonly string[]])[] = [
  ['flash-socket.js', [...SHARED, 'proved', 'FallbackGatewayFlash']],
  ['script-requests.js', ['room', 'post', 'FallbackGatewayScripts']],
  ['bridge-socket.js', [...SHARED, 'transports', 'step', 'FallbackGatewayBridge']],
];
/** By which the script and the movie do (FlashSocket.hx). */
const MOVIE = ['FallbackGatewayFlash', 'tell', 'socketOpen', 'socketSend', 'socketClose'];

describe('the shim and the scripts that it loads when they are needed, as they are built', () => {
  const shim = built('websocket.min.js');

  for (const [file, names] of PARTS) {
    for (const name of names) {
      it(`call it ${name}: ${file}`, () => {
        // As a property of something, a key of a literal, or the name of a global.
        const property = new RegExp(`[.]${name}\\b|[{,]${name}:|"${name}"`);
        assert.match(shim, property);
        assert.match(built(file), property);
      });
    }
  }

  it('flash-socket.js shares the names of its functions with the movie', () => {
    const movie = readFileSync(new URL('../../../client-shim/flash/FlashSocket.hx', import.meta.url), 'utf8');
    for (const name of MOVIE) {
      assert.match(movie, new RegExp(`\\b${name}\\b`));
      assert.match(built('flash-socket.js'), new RegExp(`\\b${name}\\b`));
    }
  });
});
