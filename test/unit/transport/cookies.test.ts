import assert from 'node:assert/strict';
import { cookiesFor } from '../../../gateway/transport/cookies.ts';

describe('the cookies of a backend', () => {
  const table: readonly (readonly [cookie: string, url: string, brought: string])[] = [
    ['a=b; Path=/; HttpOnly', '/ws/chat', 'a=b; Path=/; HttpOnly'],
    ['a=b; HttpOnly;path=/x', '/ws/chat', 'a=b; HttpOnly;path=/x'],
    ['a=b', '/ws/chat?x=/y/z', 'a=b; Path=/ws'],
    ['a=b; Secure', '/ws', 'a=b; Secure; Path=/'],
    ['a=b', '/', 'a=b; Path=/'],
    ['a=b', '/ws/', 'a=b; Path=/ws'],
    // Behind a semicolon it would be an attribute, of the page's own choice. A shorter path is sent
    // back to the whole one, too (§5.1.4).
    ['a=b', '/ws;v=1/chat', 'a=b; Path=/'],
    ['a=b', '/ws/x;Domain=example.org/chat', 'a=b; Path=/ws'],
    // What is no path is none, and of two the last one counts (RFC 6265 §5.2.4, §5.3).
    ['a=b; Path=x', '/ws/chat', 'a=b; Path=x; Path=/ws'],
    ['a=b; Path=/x; Path=', '/ws/chat', 'a=b; Path=/x; Path=; Path=/ws'],
    ['path=/x', '/ws/chat', 'path=/x; Path=/ws'],
  ];
  for (const [cookie, url, brought] of table) {
    it(`are kept for the path of the handshake: ${cookie} from ${url}`, () => {
      assert.deepEqual(cookiesFor([cookie], url), [brought]);
    });
  }
});
