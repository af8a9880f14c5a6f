/** Where an answer of ours is not that of sockjs 0.3.24, and why. */
export interface Difference {
  /** `status`, `body`, or a header field. */
  readonly aspect: string;
  /** Undefined: not there. */
  readonly theirs: string | RegExp | undefined;
  readonly ours: string | RegExp | undefined;
  /** Names of recorded requests; absent: any. */
  readonly requests?: readonly string[];
  readonly why: string;
}

const TEXT = 'text/plain; charset=utf-8';

/**
 * Every difference that is intended. One that is not here fails the test, and one that is here and
 * not met does, too.
 */
export const INTENDED: readonly Difference[] = [
  ...row('what others have sent is not to be taken for anything but its type', undefined, {
    'x-content-type-options': [undefined, 'nosniff'],
  }),
  ...row('nginx holds a stream back unless a header forbids it', undefined, {
    'x-accel-buffering': [undefined, 'no'],
  }),
  ...row('without an Origin there is nobody to let in, and `*` is never said', undefined, {
    'access-control-allow-origin': ['*', undefined],
    vary: ['Origin', undefined],
  }),
  ...row('the origin of a page that may not connect is not said back', undefined, {
    'access-control-allow-origin': [/^(?:http:\/\/elsewhere\.example|null)$/, undefined],
    'access-control-allow-credentials': ['true', undefined],
  }),
  ...row('a page that may not connect learns it at once', ['info of another page', 'info, of no origin'], {
    status: ['200', '403'],
    'content-type': ['application/json; charset=utf-8', TEXT],
    'cache-control': [/^no-store/, 'no-store, no-transform'],
    body: [/^{"websocket":true/, 'this origin is not allowed; the option --origin adds one\n'],
  }),
  ...row('a page that may not connect opens no session', ['xhr, open, of another page'], {
    status: ['200', '403'],
    'content-type': ['application/javascript; charset=utf-8', TEXT],
    body: ['o\n', 'this origin is not allowed; the option --origin adds one\n'],
  }),
  ...row('a session is there for pages of the origin that opened it', ['xhr_send of another page'], {
    status: ['204', '404'],
    body: ['', 'not found\n'],
  }),
  ...row('a callback form, which any page can ask for, needs a Referer', ['jsonp of nobody'], {
    status: ['200', '403'],
    'content-type': ['application/javascript; charset=utf-8', TEXT],
    body: ['/**/a("o");\r\n', 'no Origin, and no Referer that stands in for it\n'],
  }),
  ...row('a callback is the name of a function, of at most 32 characters', ['jsonp, number for a callback'], {
    status: ['200', '400'],
    'content-type': ['application/javascript; charset=utf-8', TEXT],
    body: ['/**/1("o");\r\n', 'invalid "callback" parameter\n'],
  }),
  ...row('a callback is the name of a function, of at most 32 characters', ['htmlfile, long callback'], {
    status: ['200', '400'],
    'content-type': ['text/html; charset=utf-8', TEXT],
    body: [/^<!doctype html>/, 'invalid "callback" parameter\n'],
  }),
  ...row('nothing a client does is a fault of the server', undefined, {
    status: ['500', '400'],
  }),
  ...row(
    'the body of no session is not looked at, nor is it a fault of the server',
    ['xhr_send, broken, no session'],
    {
      status: ['500', '404'],
      body: ['Broken JSON encoding.', 'not found\n'],
    },
  ),
  ...row('what is JSON is taken, whatever its type is said to be', ['xhr_send, odd type'], {
    status: ['500', '204'],
    body: ['Payload expected.', ''],
  }),
  ...row('the same for JSONP', ['jsonp_send, of JSON'], {
    status: ['500', '200'],
    body: ['Payload expected.', 'ok'],
  }),
  ...row('a message is text', ['xhr_send, no text'], {
    status: ['204', '400'],
    body: ['', 'Payload expected.\n'],
  }),
  ...row('every refusal is a line of text', undefined, {
    'content-type': [undefined, TEXT],
    body: ['404 Error: Page not found\n', 'not found\n'],
  }),
  ...row('every refusal is a line of text', undefined, {
    body: ['Broken JSON encoding.', 'Broken JSON encoding.\n'],
  }),
  ...row('every refusal is a line of text', undefined, {
    body: ['Payload expected.', 'Payload expected.\n'],
  }),
  ...row('every refusal is a line of text', undefined, {
    body: ['"callback" parameter required', '"callback" parameter required\n'],
  }),
  ...row('every refusal is a line of text', undefined, {
    body: ['invalid "callback" parameter', 'invalid "callback" parameter\n'],
  }),
  ...row('no refusal is kept', undefined, { 'cache-control': [undefined, 'no-store, no-transform'] }),
  ...row('the words are those of SockJS 0.3.3', undefined, {
    body: ['Not a valid websocket request', 'Can "Upgrade" only to "WebSocket".\n'],
  }),
  ...row('the words are those of SockJS 0.3.3', ['websocket, lost connection'], {
    body: ['Not a valid websocket request', '"Connection" must be "Upgrade".\n'],
  }),
  ...row('as SockJS 0.3.3 has it', undefined, {
    'content-type': ['text/event-stream', 'text/event-stream; charset=utf-8'],
  }),
  ...row('as SockJS 0.3.3 has it; the library is at the gateway, as an intranet has no CDN', ['iframe'], {
    body: [/cdn\.jsdelivr\.net/, /_sockjs_onload = .*<script src="\/echo\/iframe\.js">/s],
  }),
  ...row('the page acts with the origin of the gateway for whoever frames it', ['iframe'], {
    'content-security-policy': [undefined, "frame-ancestors 'self' http://page.example"],
  }),
  ...row('who may frame the page can change: caches ask each time', ['iframe'], {
    'cache-control': ['public, max-age=31536000', 'public, max-age=31536000, no-cache'],
  }),
  ...row(
    'the cookie is for the requests of a session',
    ['info, preflight', 'info, preflight with fields', 'info, preflight of another page'],
    { 'set-cookie': ['JSESSIONID=dummy; path=/', undefined] },
  ),
  ...row('a lone surrogate becomes what WebSocket.send makes of it', ['xhr, lone surrogate'], {
    body: [`${String.raw`a["\ud800"]`}\n`, `${String.raw`a["\ufffd"]`}\n`],
  }),
  ...row('nothing in a script can end it', ['jsonp, messages'], {
    body: [/<\/script>/, /\\u003c\/script>/],
  }),
];

type Said = string | RegExp | undefined;

/** What one reason changes. */
function row(
  why: string,
  requests: readonly string[] | undefined,
  aspects: Readonly<Record<string, readonly [theirs: Said, ours: Said]>>,
): Difference[] {
  return Object.entries(aspects).map(([aspect, [theirs, ours]]) => ({
    ...{ aspect, theirs, ours, why },
    ...(requests && { requests }),
  }));
}
