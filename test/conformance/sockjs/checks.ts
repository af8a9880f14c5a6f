import assert from 'node:assert/strict';
import type { Answer } from '../../support/clients/fallback-client.ts';
import { PAGE, type SockJsRequests } from '../../support/clients/sockjs.ts';

type Headers = Answer['headers'];

/** Of an answer that any cache may keep for a year. */
export function assertCached(headers: Headers): void {
  assert.match(headers['cache-control'] ?? '', /public/);
  assert.match(headers['cache-control'] ?? '', /max-age=[1-9][0-9]{6}/);
  assert.ok(headers.expires);
  assert.equal(headers['last-modified'], undefined);
}

/**
 * Of an answer that no cache may keep. `no-transform` is ours, and that of sockjs 0.3.24: proxies
 * would hold a stream back to compress it.
 */
export function assertNotCached(headers: Headers): void {
  const directives = (headers['cache-control'] ?? '').split(', ').filter((word) => word !== 'no-transform');
  assert.deepEqual(directives, ['no-store', 'no-cache', 'must-revalidate', 'max-age=0']);
  assert.equal(headers.expires, undefined);
  assert.equal(headers['last-modified'], undefined);
}

/** Spaces do not count. */
export function assertType(headers: Headers, type: string): void {
  assert.equal(headers['content-type']?.replaceAll(' ', ''), type);
}

/**
 * The protocol's text has every origin let in, and `*` said to a request without one, together with
 * credentials. Here a page is answered by its own origin if it is allowed, and by nothing if not;
 * without an Origin there is nobody to let in.
 */
export function assertCors(headers: Headers, origin: string | undefined): void {
  assert.equal(headers['access-control-allow-origin'], origin);
  assert.equal(headers['access-control-allow-credentials'], origin === undefined ? undefined : 'true');
}

export function assert405({ status, headers, body }: Answer): void {
  assert.equal(status, 405);
  assert.equal(headers['content-type'], undefined);
  assert.ok(headers.allow);
  assert.equal(body, '');
}

/**
 * A preflight, of a page that is allowed, of the gateway's own, of one that is not allowed, and of
 * nobody.
 */
export async function assertOptions(requests: SockJsRequests, path: string, methods: string): Promise<void> {
  const own = new URL(requests.base).origin;
  for (const origin of [undefined, PAGE, own, 'http://elsewhere.example', 'null']) {
    const headers = origin === undefined ? {} : { origin };
    const answer = await requests.ask('OPTIONS', path, { headers });
    assert.equal(answer.status, 204);
    assertCached(answer.headers);
    assert.ok(Number(answer.headers['access-control-max-age']) > 1_000_000);
    assert.equal(answer.headers['access-control-allow-methods'], methods);
    assert.equal(answer.body, '');
    assertCors(answer.headers, origin === PAGE ? PAGE : undefined);
  }
}
