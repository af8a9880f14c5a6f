import assert from 'node:assert/strict';
import { purposeOf } from '../../../gateway/route/request-purpose.ts';
import { RouteTable } from '../../../gateway/route/route-table.ts';

interface Sent {
  readonly isUpgrade?: boolean;
  /** A proxy may take the Upgrade of a handshake away. */
  readonly isHandshake?: boolean;
  readonly answersSockJs?: boolean;
  readonly routes?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Kind, route and detail, in one line. */
function purpose(target: string, sent: Sent = {}): string {
  const [path = '', query = ''] = target.split('?');
  const { isUpgrade = false, isHandshake = isUpgrade, answersSockJs = true, routes = ['/ws'] } = sent;
  const table = new RouteTable<{ path: string }>();
  for (const route of routes) table.add(route, { path: route });
  const header = (name: string) =>
    isHandshake && name === 'sec-websocket-key' ? 'key' : sent.headers?.[name];
  const found = purposeOf({ path, query, header }, isUpgrade, table, answersSockJs);
  const route = 'route' in found ? ` ${found.route.path || '/'}` : '';
  if (!('address' in found)) return `${found.kind}${route}`;
  const { address } = found;
  return `${found.kind}${route} ${'kind' in address ? address.kind : address.action}`;
}

describe('a plain request is for', () => {
  const cases: readonly [string, string, Sent?][] = [
    ['/', 'other'],
    ['/wss', 'other'],
    ['/ws', 'sockjs /ws greeting'],
    ['/ws', 'websocket /ws', { answersSockJs: false }],
    ['/ws', 'websocket /ws', { isHandshake: true }],
    ['/ws/x', 'not-sockjs /ws'],
    ['/ws/x', 'websocket /ws', { answersSockJs: false }],
    ['/ws/x', 'websocket /ws', { isHandshake: true }],
    ['/ws/info', 'sockjs /ws info'],
    ['/ws/info', 'sockjs /ws info', { isHandshake: true }],
    ['/ws/000/abc/xhr', 'sockjs /ws session'],
    ['/ws/_fallback/v1/create', 'fallback /ws create'],
    ['/ws/x/_fallback/v1/send', 'fallback /ws send'],
    ['/ws/_fallback/v2/create', 'no-route'],
    ['/x/_fallback/v1/create', 'no-route'],
    ['/x/_fallback/v2/create', 'other'],
    ['/x', 'page', { routes: [''] }],
    ['/x', 'websocket /', { routes: [''], isHandshake: true }],
    ['/info', 'sockjs / info', { routes: [''] }],
    ['/_fallback/v1/create', 'fallback / create', { routes: [''] }],
    ['/ws?EIO=4&transport=polling', 'application /ws'],
    ['/ws/?t=1&EIO=3', 'application /ws', { answersSockJs: false }],
    ['/socket.io/?EIO=4&transport=polling', 'application /', { routes: [''] }],
    ['/socket.io/1/?t=1', 'application /socket.io', { routes: ['/socket.io'] }],
    ['/socket.io/1/xhr-polling/id?t=1', 'application /socket.io', { routes: ['/socket.io'] }],
    ['/ws/1/', 'not-sockjs /ws'],
    ['/ws?EIO=x', 'sockjs /ws greeting'],
    ['/ws', 'application /ws', { headers: { accept: 'text/html,*/*' } }],
    ['/ws', 'application /ws', { headers: { 'sec-fetch-dest': 'document' } }],
    ['/ws/info', 'application /ws', { headers: { 'sec-fetch-dest': 'document' } }],
    ['/ws/info', 'sockjs /ws info', { headers: { 'sec-fetch-dest': 'empty', accept: 'text/html' } }],
    ['/x/info', 'page', { routes: [''], headers: { 'sec-fetch-dest': 'document' } }],
    ['/ws/info', 'sockjs /ws info', { headers: { accept: 'text/html' } }],
    ['/ws/iframe.html', 'sockjs /ws iframe', { headers: { accept: 'text/html' } }],
    ['/ws/000/abc/htmlfile', 'sockjs /ws session', { headers: { accept: 'text/html' } }],
  ];
  for (const [path, expected, sent = {}] of cases) {
    it(`${expected}: ${path} ${JSON.stringify(sent)}`, () => assert.equal(purpose(path, sent), expected));
  }
});

describe('an Upgrade is for', () => {
  const cases: readonly [string, string, Sent?][] = [
    ['/wss', 'other'],
    ['/ws', 'websocket /ws'],
    ['/ws/x', 'websocket /ws'],
    ['/ws/info', 'websocket /ws'],
    ['/ws/websocket', 'sockjs /ws websocket'],
    ['/ws/websocket', 'websocket /ws', { answersSockJs: false }],
    ['/ws/000/abc/websocket', 'sockjs /ws session'],
    ['/ws/000/abc/xhr', 'websocket /ws'],
    ['/ws/_fallback/v1/token/websocket', 'fallback /ws websocket'],
    ['/ws/_fallback/v2/token', 'websocket /ws'],
    ['/x/_fallback/v1/token/websocket', 'other'],
    ['/x', 'websocket /', { routes: [''] }],
  ];
  for (const [path, expected, sent = {}] of cases) {
    it(`${expected}: ${path} ${JSON.stringify(sent)}`, () => {
      assert.equal(purpose(path, { ...sent, isUpgrade: true }), expected);
    });
  }
});
