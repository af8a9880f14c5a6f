import assert from 'node:assert/strict';
import { type Access, admitCreate, admitUpgrade, mayUse } from '../../../gateway/access/admission.ts';
import { OriginPolicy } from '../../../gateway/access/origins.ts';
import { RequestError } from '../../../gateway/base/errors.ts';
import { requestHead } from '../http/head.ts';

const own = 'http://localhost:8080';

function access(...origins: string[]): Access {
  return { origins: new OriginPolicy(origins) };
}

function refusal(act: () => unknown): number {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof RequestError);
    assert.doesNotMatch(error.message, /evil|\n/, 'nothing of the request in it');
    return error.status;
  }
  return 0;
}

/** What the bridge sends (PROTOCOL.md §14). */
const bridge = { 'x-fallback': 'bridge' };

type Row = readonly [
  name: string,
  headers: Record<string, string>,
  claimed: string,
  status: number,
  listed?: string,
];

describe('who may create (PROTOCOL.md §3.1)', () => {
  const rows: readonly Row[] = [
    ['2: own origin', { origin: own }, own, 0],
    ['2: foreign origin', { origin: 'http://evil' }, 'http://evil', 403],
    [
      '2: foreign origin with the header of same-origin script',
      { origin: 'http://evil', 'x-fallback': 'create' },
      own,
      403,
    ],
    ['2: foreign origin with own Referer', { origin: 'http://evil', referer: `${own}/` }, own, 403],
    ['2: own host, other port', { origin: 'http://localhost:9999' }, 'http://localhost:9999', 403],
    ['2: own host, other scheme', { origin: 'https://localhost:8080' }, 'https://localhost:8080', 403],
    ['2: listed origin', { origin: 'http://app' }, 'http://app', 0, 'http://app'],
    ['2: listed origin with its default port', { origin: 'http://app:80' }, 'http://app', 0, 'http://app'],
    ['2: any origin, allowed by *', { origin: 'http://evil' }, 'http://evil', 0, '*'],
    ['2: null', { origin: 'null' }, 'null', 403],
    ['2: null is not covered by *', { origin: 'null' }, 'null', 403, '*'],
    ['2: null, listed', { origin: 'null' }, 'null', 0, 'null'],
    ['2: the word * as an origin', { origin: '*' }, '*', 403, '*'],
    ['2: two origins', { origin: `${own}, http://evil` }, own, 403],
    ['2: empty origin', { origin: '' }, own, 403],
    ['3: cross-site without Origin', { 'sec-fetch-site': 'cross-site', 'x-fallback': 'create' }, own, 403],
    ['3: same-site without Origin', { 'sec-fetch-site': 'same-site', 'x-fallback': 'create' }, own, 403],
    ['3: same-origin without Origin', { 'sec-fetch-site': 'same-origin', 'x-fallback': 'create' }, own, 0],
    ['4: nothing at all', {}, own, 403],
    ['4: the header of same-origin script', { 'x-fallback': 'create' }, own, 0],
    ['4: the header with another value', { 'x-fallback': 'yes' }, own, 403],
    ['4: own Referer', { referer: `${own}/page.htm?q` }, own, 0],
    ['4: listed Referer', { referer: 'http://app/page.htm' }, 'http://app', 0, 'http://app'],
    ['4: foreign Referer', { referer: 'http://evil/' }, 'http://evil', 403],
    ['4: foreign Referer that has own origin as user', { referer: 'http://localhost:8080@evil/' }, own, 403],
    ['4: foreign Referer that begins like own origin', { referer: 'http://localhost:80809/' }, own, 403],
    ['4: Referer that is no address', { referer: 'about:blank' }, own, 403],
    [
      '4: foreign Referer beside the header',
      { referer: 'http://evil/', 'x-fallback': 'create' },
      'http://evil',
      403,
    ],
    ['5: the bridge, for a listed page', { origin: own, ...bridge }, 'http://app', 0, 'http://app'],
    ['5: the bridge in an engine that sends no Origin', bridge, 'http://app', 0, 'http://app'],
    ['5: the bridge, with its Referer', { referer: `${own}/`, ...bridge }, 'http://app', 0, 'http://app'],
    ['5: the bridge, for any page, allowed by *', { origin: own, ...bridge }, 'http://any', 0, '*'],
    ['5: the bridge, for a page of its own origin', { origin: own, ...bridge }, own, 0],
    ['5: the bridge, for a page that is not allowed', { origin: own, ...bridge }, 'http://evil', 403],
    ['5: the bridge, for a page without an origin', { origin: own, ...bridge }, 'null', 403, '*'],
    ['5: a foreign page that calls itself the bridge', { origin: 'http://evil', ...bridge }, own, 403],
    [
      '5: a listed page that calls itself the bridge, for another',
      { origin: 'http://app', ...bridge },
      'http://any',
      403,
      '*',
    ],
    [
      '5: a listed page by its Referer, for another',
      { referer: 'http://app/', ...bridge },
      own,
      403,
      'http://app',
    ],
    [
      '5: another site without Origin that calls itself the bridge',
      { 'sec-fetch-site': 'cross-site', ...bridge },
      own,
      403,
    ],
    ['6: other origin stated than Origin', { origin: own }, 'http://app', 403, 'http://app'],
    ['6: other origin stated than Referer', { referer: `${own}/` }, 'http://app', 403, 'http://app'],
    ['6: other origin stated than own', { 'x-fallback': 'create' }, 'http://app', 403, 'http://app'],
  ];
  for (const [name, headers, claimed, status, listed] of rows) {
    it(`${name}: ${status === 0 ? 'may' : status}`, () => {
      const policy = listed === undefined ? access() : access(listed);
      assert.equal(
        refusal(() => admitCreate(policy, requestHead(headers), claimed)),
        status,
      );
    });
  }

  it('knows its own origin behind TLS and on the default port', () => {
    const head = requestHead({ origin: 'https://localhost' }, { secure: true, host: 'localhost:443' });
    assert.equal(admitCreate(access(), head, 'https://localhost'), 'own');
  });

  it('says why a page is allowed', () => {
    const of = (origin: string) => requestHead({ origin });
    assert.equal(admitCreate(access('http://app', '*'), of('http://app'), 'http://app'), 'listed');
    assert.equal(admitCreate(access('http://app', '*'), of('http://x'), 'http://x'), 'any');
    assert.equal(admitCreate(access('*'), of(own), own), 'own');
  });
});

describe('who may upgrade', () => {
  const upgrade = (headers: Record<string, string>, host = 'localhost:8080') => {
    const head = requestHead(headers, { method: 'GET', host });
    return refusal(() => admitUpgrade(access('http://app'), head));
  };

  it('programs that send no Origin', () => assert.equal(upgrade({}), 0));
  it('own pages', () => assert.equal(upgrade({ origin: own }), 0));
  it('listed pages', () => assert.equal(upgrade({ origin: 'http://app' }), 0));
  it('not foreign pages (cross-site hijacking)', () => assert.equal(upgrade({ origin: 'http://evil' }), 403));
  it('not foreign pages in browsers of early drafts, which name the field otherwise', () => {
    assert.equal(upgrade({ 'sec-websocket-origin': 'http://evil' }), 403);
    assert.equal(upgrade({ 'sec-websocket-origin': own }), 0);
    assert.equal(upgrade({ origin: 'http://evil', 'sec-websocket-origin': own }), 403);
  });
  it('not null', () => assert.equal(upgrade({ origin: 'null' }), 403));
  it('not another site that hides its Origin', () =>
    assert.equal(upgrade({ 'sec-fetch-site': 'cross-site' }), 403));
});

describe('who may use a session', () => {
  it('a request without Origin', () => assert.ok(mayUse(requestHead(), own)));
  it('a request of its page', () => assert.ok(mayUse(requestHead({ origin: own }), own)));
  it('a request of its page that states the default port', () => {
    assert.ok(mayUse(requestHead({ origin: 'http://app:80' }), 'http://app'));
  });
  it('a request of the gateway’s own origin, where the bridge of another page is', () => {
    assert.ok(mayUse(requestHead({ origin: own }), 'http://app'));
  });
  it('no request of another page, allowed or not', () => {
    assert.ok(!mayUse(requestHead({ origin: 'http://app' }), own));
    assert.ok(!mayUse(requestHead({ origin: 'null' }), own));
  });
});
