import assert from 'node:assert/strict';
import { parse } from 'acorn';
import { iframeLibrary } from '../../../gateway/transport/sockjs/iframe-library.ts';

describe('the script of SockJS’s iframe page', () => {
  it('is of ECMAScript 3 around the library: it is for IE 8 and 9', () => {
    const script = iframeLibrary('library();', ['http://page.example']);
    assert.match(script, /\nlibrary\(\);\n/);
    parse(script, { ecmaVersion: 3 });
  });
});
