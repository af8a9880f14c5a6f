import { PAGE } from '../../support/clients/sockjs.ts';

/** A request that was seen on the wire, or that a client could make by mistake. */
export interface Recorded {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** A stream is read up to and with this, and broken off; absent: to its end. */
  readonly until?: string;
}

/** Origin of a page that may not connect. */
const ELSEWHERE = 'http://elsewhere.example';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const PLAIN = { 'content-type': 'text/plain' };
const FROM_PAGE = { referer: `${PAGE}/app` };
const LONG = 'x'.repeat(5000);

function get(name: string, path: string, headers?: Recorded['headers'], until?: string): Recorded {
  return { name, method: 'GET', path, ...(headers && { headers }), ...(until && { until }) };
}

function post(name: string, path: string, body = '', headers: Recorded['headers'] = PLAIN): Recorded {
  return { name, method: 'POST', path, body, headers };
}

function options(name: string, path: string, headers: Recorded['headers'] = {}): Recorded {
  return { name, method: 'OPTIONS', path, headers };
}

/** In this order, to both servers. Sessions are named by their second part. */
export const RECORDED: readonly Recorded[] = [
  get('greeting', '/echo'),
  get('greeting, slash', '/echo/'),
  get('no such page', '/echo/a.html'),
  post('greeting, posted', '/echo'),
  get('iframe', '/echo/iframe-1.6.1.html'),
  get('info', '/echo/info'),
  get('info of a page', '/echo/info', { origin: PAGE }),
  get('info of another page', '/echo/info', { origin: ELSEWHERE }),
  get('info, slash', '/echo/info/'),
  get('info, of no origin', '/echo/info', { origin: 'null' }),
  post('info, posted', '/echo/info'),
  { ...get('info, head', '/echo/info'), method: 'HEAD' },
  options('info, preflight', '/echo/info', { origin: PAGE }),
  options('info, preflight with fields', '/echo/info', {
    origin: PAGE,
    'access-control-request-headers': 'content-type, x-a',
  }),
  options('info, preflight of another page', '/echo/info', { origin: ELSEWHERE }),

  // As sockjs-client 1.6.1 talks.
  post('xhr, open', '/echo/000/poll1/xhr?t=1', ''),
  post('xhr_send', '/echo/000/poll1/xhr_send?t=2', '["a","b"]'),
  post('xhr, messages', '/echo/000/poll1/xhr?t=3', ''),
  post(
    'xhr_send, escapes',
    '/echo/000/poll1/xhr_send',
    String.raw`["\u2028\ufeff\ufff0 %41 \u0000\" \\ </script>é"]`,
  ),
  post('xhr, escapes', '/echo/000/poll1/xhr', ''),
  post('xhr_send, beyond the BMP', '/echo/000/poll1/xhr_send', '["😀"]'),
  post('xhr, beyond the BMP', '/echo/000/poll1/xhr', ''),
  post('xhr_send, lone surrogate', '/echo/000/poll1/xhr_send', String.raw`["\ud800"]`),
  post('xhr, lone surrogate', '/echo/000/poll1/xhr', ''),
  post('xhr_send of a page', '/echo/000/poll2/xhr_send', '["a"]', { ...PLAIN, origin: PAGE }),
  post('xhr, open, of a page', '/echo/000/poll3/xhr', '', { origin: PAGE }),
  post('xhr_send of its page', '/echo/000/poll3/xhr_send', '["a"]', { ...PLAIN, origin: PAGE }),
  post('xhr, messages, of its page', '/echo/000/poll3/xhr', '', { origin: PAGE }),
  post('xhr_send of nobody to the session of a page', '/echo/000/poll3/xhr_send', '["a"]'),
  post('xhr_send of another page', '/echo/000/poll3/xhr_send', '["c"]', { ...PLAIN, origin: ELSEWHERE }),
  post('xhr, open, of another page', '/echo/000/poll4/xhr', '', { origin: ELSEWHERE }),
  options('xhr, preflight', '/echo/000/poll1/xhr', { origin: PAGE }),
  options('xhr_send, preflight', '/echo/000/poll1/xhr_send', { origin: PAGE }),
  options('xhr_streaming, preflight', '/echo/000/poll1/xhr_streaming', { origin: PAGE }),
  get('xhr, got', '/echo/000/poll1/xhr'),
  { ...post('xhr, deleted', '/echo/000/poll1/xhr'), method: 'DELETE' },
  get('eventsource, nothing but GET', '/echo/000/poll1/xhr_send'),

  post('xhr_send, no session', '/echo/000/none/xhr_send', '["a"]'),
  post('xhr_send, broken', '/echo/000/poll1/xhr_send', '["a'),
  post('xhr_send, empty', '/echo/000/poll1/xhr_send', ''),
  post('xhr_send, no array', '/echo/000/poll1/xhr_send', '{"a":1}'),
  post('xhr_send, broken, no session', '/echo/000/none/xhr_send', '["a'),
  post('xhr_send, odd type', '/echo/000/poll1/xhr_send', '["typed"]', { 'content-type': 'image/png' }),
  post('xhr, no dots', '/echo/0.0/poll1/xhr'),
  post('xhr, slash', '/echo/000/slash1/xhr/'),
  post('xhr, empty id', '/echo/000//xhr'),
  post('xhr, odd id', "/echo/-_~!$&'()*+,;=:@%20%2F/%2e%2E/xhr"),
  post('xhr, long id', `/echo/000/${LONG}/xhr`),
  post('xhr_send, no text', '/echo/000/poll1/xhr_send', '[1,["a"]]'),

  { ...post('xhr_streaming', '/echo/000/stream1/xhr_streaming'), until: 'o\n' },
  {
    ...post('xhr_streaming of a page', '/echo/000/stream2/xhr_streaming', '', { origin: PAGE }),
    until: 'o\n',
  },
  {
    ...get('eventsource', '/echo/000/events1/eventsource', { accept: 'text/event-stream' }),
    until: 'o\r\n\r\n',
  },
  { ...get('eventsource of a page', '/echo/000/events2/eventsource', { origin: PAGE }), until: 'o\r\n\r\n' },
  { ...get('htmlfile', '/echo/000/html1/htmlfile?c=_jp.aabc', FROM_PAGE), until: 'o");\n</script>\r\n' },

  get('jsonp, open', '/echo/000/jsonp1/jsonp?c=_jp.aabc', FROM_PAGE),
  post('jsonp_send, form', '/echo/000/jsonp1/jsonp_send', 'd=%5B%22%3C%2Fscript%3E%22%5D', {
    ...FORM,
    ...FROM_PAGE,
  }),
  post('jsonp_send, plain', '/echo/000/jsonp1/jsonp_send', '["b"]'),
  get('jsonp, messages', '/echo/000/jsonp1/jsonp?c=_jp.aabd', FROM_PAGE),
  post('jsonp_send, of JSON', '/echo/000/jsonp1/jsonp_send', '[]', { 'content-type': 'application/json' }),
  post('jsonp_send, two fields', '/echo/000/jsonp1/jsonp_send', 'd=%5B%5D&d=%5B%5D', FORM),
  post('jsonp_send, broken', '/echo/000/jsonp1/jsonp_send', 'd=%5B', FORM),
  post('jsonp_send, empty', '/echo/000/jsonp1/jsonp_send', 'd=', FORM),
  post('jsonp_send, no session', '/echo/000/none/jsonp_send', 'd=%5B%5D', FORM),
  get('jsonp, no callback', '/echo/000/jsonp2/jsonp', FROM_PAGE),
  get('jsonp, code for a callback', '/echo/000/jsonp2/jsonp?c=alert(1)//', FROM_PAGE),
  get('jsonp, number for a callback', '/echo/000/jsonp3/jsonp?c=1', FROM_PAGE),
  get('htmlfile, no callback', '/echo/000/html2/htmlfile', FROM_PAGE),
  get('htmlfile, long callback', `/echo/000/html3/htmlfile?c=${'a'.repeat(33)}`, FROM_PAGE, '\r\n\r\n'),
  get('jsonp of nobody', '/echo/000/jsonp4/jsonp?c=a'),
  post('jsonp, posted', '/echo/000/jsonp1/jsonp'),

  post('close, open', '/close/000/close1/xhr'),
  post('close, delivered', '/close/000/close1/xhr'),
  post('close, delivered again', '/close/000/close1/xhr'),
  post('close, sent to', '/close/000/close1/xhr_send', '["a"]'),
  post('close, streamed', '/close/000/close2/xhr_streaming'),

  post('limit, open', '/echo/000/limit1/xhr'),
  post('limit, sent', '/echo/000/limit1/xhr_send', JSON.stringify([LONG])),
  post('limit, streamed', '/echo/000/limit1/xhr_streaming'),

  post('cookie', '/echo/000/cookie1/xhr', '', { cookie: 'a=b; JSESSIONID=abc' }),
  get('websocket, no upgrade', '/echo/000/ws1/websocket'),
  get('websocket, lost connection', '/echo/000/ws1/websocket', { upgrade: 'websocket', connection: 'close' }),
  post('websocket, posted', '/echo/000/ws1/websocket'),
  get('raw websocket, no upgrade', '/echo/websocket'),
];
