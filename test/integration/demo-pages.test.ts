import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'acorn';

const folder = new URL('../../legacy-demo/', import.meta.url);
const names = readdirSync(folder);
const pages = names.filter((name) => name.endsWith('.html'));
const scripts = names.filter((name) => name.endsWith('.js'));

const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

/**
 * Throws a SyntaxError where the engine of IE6 would: newer syntax, trailing commas, reserved words
 * as property names.
 */
function parseAsEs3(code: string): void {
  parse(code, { ecmaVersion: 3, allowReserved: 'never', sourceType: 'script' });
}

/**
 * What a page runs of its own: scripts between tags, handlers in attributes, `javascript:` links.
 */
function inlineScripts(html: string): string[] {
  const elements = [...html.matchAll(/<script\b(?:[^>"]|"[^"]*")*>([\s\S]*?)<\/script>/gi)].map(
    (match) => match[1] ?? '',
  );
  const handlers = [...html.matchAll(/\son\w+="([^"]*)"/gi)].map((match) => match[1] ?? '');
  const links = [...html.matchAll(/href="javascript:([^"]*)"/gi)].map((match) => match[1] ?? '');
  return [...elements, ...handlers, ...links];
}

const plainText = (html: string): string =>
  html
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&');

describe('the demo pages', () => {
  it('are the eight that the start page links to, and itself', () => {
    assert.deepEqual(pages.sort(), [
      'chat.html',
      'console.html',
      'index.html',
      'laboratory.html',
      'sockjs.html',
      'status.html',
      'tabs.html',
      'tutorial.html',
    ]);
    for (const page of pages.filter((name) => name !== 'index.html')) {
      assert.ok(read('index.html').includes(`href="/${page}"`), page);
    }
  });

  for (const script of scripts) {
    it(`have ${script} in ECMAScript 3`, () => parseAsEs3(read(script)));
  }

  for (const page of pages) {
    it(`have ${page} with scripts of its own in ECMAScript 3`, () => {
      for (const code of inlineScripts(read(page))) parseAsEs3(code);
    });

    it(`have ${page} in the standards mode of old engines, and in no compatibility view`, () => {
      assert.match(
        read(page),
        /^<!DOCTYPE HTML PUBLIC "-\/\/W3C\/\/DTD HTML 4\.01\/\/EN" "http:\/\/www\.w3\.org\/TR\/html4\/strict\.dtd">\n/,
      );
      assert.match(read(page), /<meta http-equiv="X-UA-Compatible" content="IE=edge">/);
    });

    it(`have ${page} load nothing but files of the demo and the shim`, () => {
      const addresses = [
        ...read(page).matchAll(/<(?:script|img|iframe|link)\b[^>]*?(?:src|href)="([^"]*)"/gi),
      ];
      assert.ok(addresses.length > 0);
      for (const [, address = ''] of addresses) {
        assert.ok(
          /^\/(shim\/websocket(\.min)?|vendor\/stomp|vendor\/sockjs\.min)\.js$/.test(address) ||
            names.includes(address.slice(1)),
          address,
        );
      }
    });
  }

  it('style nothing essential with selectors that IE6 does not know', () => {
    const css = read('style.css').replace(/\/\*[\s\S]*?\*\//g, '');
    const old = css.slice(0, css.indexOf('@media'));
    const selectors = [...old.matchAll(/([^{}]+)\{/g)].map((match) => (match[1] ?? '').trim());
    assert.ok(selectors.length > 50);
    for (const selector of selectors) {
      // Child, sibling and attribute selectors, pseudo-elements, pseudo-classes but those of links,
      // two classes in one.
      assert.doesNotMatch(
        selector,
        /[>+~[]|::|:(?!hover|link|visited|active)|\.[\w-]+\.|(?<!\ba):hover/,
        selector,
      );
    }
    assert.doesNotMatch(old, /display:\s*(flex|grid|inline-block|table)|position:\s*fixed|calc\(|var\(/);
  });
});

describe('the page with SockJS', () => {
  const html = read('sockjs.html');
  const run = inlineScripts(html).find((code) => code.includes('function connect')) ?? '';

  it('shows the very code that it runs', () => {
    const shown = /<pre id="code">([\s\S]*?)<\/pre>/.exec(html)?.[1] ?? '';
    assert.equal(plainText(shown).trim(), run.trim());
  });

  it('is an address, sockjs-client and stompjs, without the shim', () => {
    assert.match(run, /new SockJS\("\/demo\/stomp"\);\n {2}stompClient = Stomp\.over\(socket\);/);
    assert.doesNotMatch(html, /<script[^>]*\/shim\//);
  });
});

describe('the tutorial page', () => {
  const html = read('tutorial.html');

  it('shows the very code that it runs', () => {
    const run = inlineScripts(html).find((code) => code.includes('function WebSocketTest'));
    const shown = /<pre id="code">([\s\S]*?)<\/pre>/.exec(html)?.[1] ?? '';
    assert.equal(plainText(shown).trim(), run?.trim());
  });

  it('has a hard-wired address in its code and differs by one script tag only', () => {
    assert.match(html, /new WebSocket\("ws:\/\/localhost:9998\/echo"\)/);
    assert.match(html, /<a href="javascript:WebSocketTest\(\)">/);
    const tags = [...html.matchAll(/<script\b[^>]*\bsrc=(?:[^>"]|"[^"]*")*>/g)].map((match) => match[0]);
    assert.deepEqual(tags, [
      '<script type="text/javascript" src="/shim/websocket.js" data-map="ws://localhost:9998/ -> /demo/">',
    ]);
  });
});
