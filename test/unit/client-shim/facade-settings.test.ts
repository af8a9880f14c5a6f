import assert from 'node:assert/strict';
import { Settings } from '../../../client-shim/src/facade/settings.ts';

const PAGE = 'https://app.test/dir/page.html';
const SCRIPT = 'https://gateway.test/shim/websocket.js';

describe('Which addresses the shim takes over', () => {
  let settings: Settings;

  beforeEach(() => {
    settings = new Settings(SCRIPT);
    settings.configure({ gateways: 'gateway.test' }, PAGE);
  });

  it('are those of a gateway, and of no other', () => {
    for (const [url, ours] of [
      ['wss://gateway.test/echo', true],
      ['ws://gateway.test/echo', true],
      ['wss://gateway.test:8443/echo', false],
      ['wss://gateway.test.evil/echo', false],
      ['wss://user@gateway.test/echo', true],
      ['wss://evil/?@gateway.test/', false],
      ['wss://app.test/echo', false],
    ] as const)
      assert.equal(settings.target(url, PAGE), ours ? url : null, url);
  });

  it('are those of the page, if no gateway is known', () => {
    settings = new Settings('');
    assert.equal(settings.target('wss://app.test/echo', PAGE), 'wss://app.test/echo');
    settings.configure({ gateways: 'other' }, PAGE);
    assert.equal(settings.target('wss://app.test/echo', PAGE), null);
  });

  it('are those of further gateways, given by host, host and port, or URL', () => {
    settings.configure({ gateways: 'One two:81, https://three:8443/x' }, PAGE);
    settings.configure({ gateways: ['four:443', '[::1]:9'] }, PAGE);
    for (const url of [
      'ws://one/',
      'ws://two:81/',
      'wss://three:8443/',
      'wss://four/',
      'ws://[::1]:9/',
      'wss://gateway.test/',
    ])
      assert.equal(settings.target(url, PAGE), url);
    assert.equal(settings.target('ws://two/', PAGE), null);
  });

  it('are the mapped ones, by prefix on the boundary of a segment', () => {
    settings.configure({ map: 'ws://app:9998/ -> /app/; ws://old/chat->wss://gateway.test/new ;' }, PAGE);
    for (const [url, target] of [
      ['ws://app:9998/', 'wss://gateway.test/app/'],
      ['ws://app:9998/echo?x=1', 'wss://gateway.test/app/echo?x=1'],
      ['ws://app:9998/?x', 'wss://gateway.test/app/?x'],
      ['ws://app:99981/', null],
      ['ws://old/chat', 'wss://gateway.test/new'],
      ['ws://old/chat/room', 'wss://gateway.test/new/room'],
      ['ws://old/chat?x', 'wss://gateway.test/new?x'],
      ['ws://old/chatter', null],
    ] as const)
      assert.equal(settings.target(url, PAGE), target, url);
  });

  it('are mapped by an object as well, and a slash is put where two parts need one', () => {
    settings.configure({ map: { 'ws://app:9998': '/app', '/own': 'sub' } }, PAGE);
    assert.equal(settings.target('ws://app:9998/echo', PAGE), 'wss://gateway.test/app/echo');
    assert.equal(settings.target('ws://app:9998/', PAGE), 'wss://gateway.test/app');
    assert.equal(settings.target('ws://app:9998/?q', PAGE), 'wss://gateway.test/app?q');
    assert.equal(settings.target('wss://app.test/own', PAGE), 'wss://gateway.test/shim/sub');
  });

  it('are mapped by the first rule that fits', () => {
    settings.configure({ map: 'ws://a/x -> /1; ws://a/ -> /2/' }, PAGE);
    settings.configure({ map: 'ws://a/x -> /3' }, PAGE);
    assert.equal(settings.target('ws://a/x', PAGE), 'wss://gateway.test/1');
    assert.equal(settings.target('ws://a/y', PAGE), 'wss://gateway.test/2/y');
  });

  it('are a SyntaxError if malformed', () => {
    for (const options of [
      { gateways: 'a b:x' },
      { map: 'ftp://x -> /' },
      { map: { '/x': 'ws://y/#z' } },
      { map: 'ws://x' },
    ])
      assert.throws(
        () => settings.configure(options, PAGE),
        { name: 'SyntaxError' },
        JSON.stringify(options),
      );
  });

  it('have transports in the order given', () => {
    assert.equal(settings.transports, null);
    settings.configure({ transports: 'xhr-streaming, xhr-polling' }, PAGE);
    assert.deepEqual(settings.transports, ['xhr-streaming', 'xhr-polling']);
    settings.configure({ transports: ['websocket'] }, PAGE);
    assert.deepEqual(settings.transports, ['websocket']);
  });
});
