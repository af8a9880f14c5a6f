import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const built = (name: string) =>
  readFileSync(new URL(`../../../dist/client-shim/${name}`, import.meta.url), 'latin1');

/** By which the shim and the script of `flash-socket` know each other (transport/flash-socket.ts, transport/websocket.ts). */
const SHARED = [
  ...['FallbackGatewayFlash', 'open', 'url', 'protocols', 'origin', 'bytes', 'events', 'hooks'],
  ...['send', 'close', 'settle', 'abandon', 'message', 'sent', 'closing', 'closed'],
  ...['opened', 'passed', 'proved', 'over'],
];
/** By which the script and the movie do (FlashSocket.hx). */
const MOVIE = ['FallbackGatewayFlash', 'tell', 'socketOpen', 'socketSend', 'socketClose'];

describe('the scripts of flash-socket, as they are built', () => {
  const shim = built('websocket.min.js');
  const script = built('flash-socket.js');

  for (const name of SHARED) {
    it(`both call it ${name}`, () => {
      // As a property of something, or a key of a literal.
      const property = new RegExp(`[.]${name}\\b|[{,]${name}:`);
      assert.match(shim, property);
      assert.match(script, property);
    });
  }

  it('share the names of its functions with the movie', () => {
    const movie = readFileSync(new URL('../../../client-shim/flash/FlashSocket.hx', import.meta.url), 'utf8');
    for (const name of MOVIE) {
      assert.match(movie, new RegExp(`\\b${name}\\b`));
      assert.match(script, new RegExp(`\\b${name}\\b`));
    }
  });
});
