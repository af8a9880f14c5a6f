import assert from 'node:assert/strict';
import type { Handshake } from '../../../gateway/backend/backend.ts';
import { forwardedHeaders } from '../../../gateway/backend/forwarded-headers.ts';
import { handshake, target } from '../../support/servers/upstreams.ts';

/** What goes on of these fields, without the X-Forwarded ones and Host. */
function forwarded(fields: readonly string[], headers: Record<string, string> = {}): string[] {
  const all = forwardedHeaders(handshake({ rawHeaders: fields, headers }), target(80));
  const kept: string[] = [];
  for (let index = 0; index < all.length; index += 2) {
    const name = all[index] as string;
    if (!name.startsWith('X-Forwarded-') && name !== 'Host') kept.push(name, all[index + 1] as string);
  }
  return kept;
}

describe('the header fields that go on upstream', () => {
  it('are those that a native handshake brings, in their order and their letters', () => {
    const fields = [
      ...['COOKIE', 'a=1', 'Authorization', 'Basic eDp5', 'User-Agent', 'MSIE 6.0'],
      ...['Accept-Language', 'de', 'cookie', 'b=2', 'X-Own', 'caf\u00e9'],
    ];
    assert.deepEqual(forwarded(fields), fields);
  });

  it('are none of this hop, of the handshake or of the request that carries a fallback', () => {
    const fields = [
      ...[
        'Connection',
        'Upgrade, X-Hop',
        'X-Hop',
        '1',
        'Upgrade',
        'websocket',
        'Keep-Alive',
        '5',
        'TE',
        'trailers',
      ],
      ...['Proxy-Authorization', 'x', 'Proxy-Connection', 'x', 'Transfer-Encoding', 'chunked', 'Expect', 'x'],
      ...['Sec-WebSocket-Key', 'x', 'Sec-WebSocket-Extensions', 'x', 'Sec-Fetch-Site', 'same-origin'],
      ...[
        'Content-Type',
        'text/plain',
        'Content-Length',
        '9',
        'X-Fallback',
        'create',
        'Referer',
        'http://x/',
      ],
    ];
    assert.deepEqual(forwarded(fields, { connection: 'Upgrade, X-Hop' }), []);
  });

  const claims = [
    ...['Forwarded', 'Forwarded-For', 'X-Real-IP', 'x_real_ip', 'X-Client-IP', 'True-Client-IP'],
    ...['CF-Connecting-IP', 'CF-Connecting-IPv6', 'CF-Visitor', 'Fastly-Client-IP', 'Fastly-SSL'],
    ...['X-Cluster-Client-IP', 'X-Original-URL', 'X-Rewrite-URL', 'X-Azure-ClientIP', 'Client-IP'],
    ...['X-Envoy-External-Address', 'CloudFront-Viewer-Address', 'X_Forwarded_Port', 'X-Forwarded-Ssl'],
    ...['X-Original-Forwarded-For', 'Front-End-Https', 'X-Forwarded', 'Fly-Client-IP', 'X-Host'],
  ];

  it('say nothing about the client that anybody could have written, in upper or lower case', () => {
    const remade = ['X-Forwarded-For', 'x_forwarded_for', 'X-Forwarded_Host', 'X-Forwarded-Proto'];
    const fields = [...claims, ...remade].flatMap((name) => [name, '127.0.0.1']);
    assert.deepEqual(forwarded(fields), []);
  });

  it('keep the fields of a trusted proxy, except those that are made anew', () => {
    const rawHeaders = [...claims, 'X-Forwarded-For', 'x_forwarded_host'].flatMap((name) => [name, '1']);
    const fields = forwardedHeaders(
      handshake({ rawHeaders, remoteAddress: '192.0.2.1', forwardedFor: '192.0.2.1, 10.0.0.1' }),
      target(80),
    );
    assert.deepEqual(fields, [
      ...['Host', 'gateway.test', ...claims.flatMap((name) => [name, '1'])],
      ...['X-Forwarded-For', '192.0.2.1, 10.0.0.1', 'X-Forwarded-Proto', 'http'],
      ...['X-Forwarded-Host', 'gateway.test'],
    ]);
  });

  it('leave out malformed fields', () => {
    assert.deepEqual(
      forwarded(['Bad Name', 'x', 'X-Split', 'a\r\nX-Evil: 1', 'X-Nul', 'a\u0000', 'X-Wide', '\u0100']),
      [],
    );
  });

  it('have the origin of the page, not of the request', () => {
    assert.deepEqual(forwarded(['Origin', 'http://request.test'], { origin: 'http://page.test' }), [
      'Origin',
      'http://page.test',
    ]);
    assert.deepEqual(forwarded(['Origin', 'http://request.test']), []);
  });

  it('tell who and where the client is', () => {
    const fields = forwardedHeaders(
      handshake({ forwardedFor: '192.0.2.1, 10.0.0.1', secure: true, host: 'intranet.test:8443' }),
      target(80),
    );
    assert.deepEqual(fields, [
      ...['Host', 'intranet.test:8443', 'X-Forwarded-For', '192.0.2.1, 10.0.0.1'],
      ...['X-Forwarded-Proto', 'https', 'X-Forwarded-Host', 'intranet.test:8443'],
      ...['X-Forwarded-Port', '8443'],
    ]);
  });

  it('have the port of the Host, or of the scheme, or what a trusted proxy or the route says', () => {
    const portOf = (changes: Partial<Handshake>, headers = {}): unknown => {
      const fields = forwardedHeaders(handshake(changes), target(80, { headers }));
      return fields.flatMap((field, at) => (/^x.forwarded.port$/i.test(field) ? fields[at + 1] : []));
    };
    assert.deepEqual(portOf({ host: 'a.test', secure: true }), ['443']);
    assert.deepEqual(portOf({ host: '[::1]' }), ['80']);
    assert.deepEqual(portOf({ host: '[::1]:8080' }), ['8080']);
    const claimed = { host: 'a.test', rawHeaders: ['X-Forwarded-Port', '8443'] };
    assert.deepEqual(portOf(claimed), ['80']);
    assert.deepEqual(portOf({ ...claimed, forwardedFor: '192.0.2.1, 10.0.0.1' }), ['8443']);
    assert.deepEqual(portOf({ host: 'a.test' }, { 'x-forwarded-port': '99' }), ['99']);
  });

  it('have the Host of the route, if it sets one, else of the client, else of the upstream', () => {
    const hostOf = (host: string, route: string | undefined): string | undefined =>
      forwardedHeaders(handshake({ host }), target(9001, { host: route }))[1];
    assert.equal(hostOf('client.test', 'route.test'), 'route.test');
    assert.equal(hostOf('client.test', undefined), 'client.test');
    assert.equal(hostOf('', undefined), '127.0.0.1:9001');
  });

  it('are replaced by those that the route sets', () => {
    const fields = forwardedHeaders(
      handshake({
        rawHeaders: ['Authorization', 'theirs', 'X-Other', '1'],
        headers: { origin: 'http://page.test' },
      }),
      target(80, { headers: { authorization: 'ours', origin: 'http://route.test' } }),
    );
    assert.ok(!fields.includes('theirs') && !fields.includes('http://page.test'));
    assert.deepEqual(fields.slice(-4), ['authorization', 'ours', 'origin', 'http://route.test']);
  });
});
