import assert from 'node:assert/strict';
import { allowsFallbacks, parsePolicies, scriptVerdict } from '../../../gateway/app/content-policy.ts';

const own = { host: 'app.example:8080', path: '/shim/websocket.min.js' };

function verdict(...fields: string[]): string {
  const found = scriptVerdict(fields.flatMap(parsePolicies), own);
  if (!found.allowed) return found.why;
  return found.nonce === undefined ? 'as it is' : `nonce ${found.nonce}`;
}

const POLICIES: readonly (readonly [policy: string, verdict: string])[] = [
  ['', 'as it is'],
  ["img-src 'none'", 'as it is'],
  ["default-src 'self'", 'as it is'],
  ["script-src 'SELF' 'nonce-abc'", 'as it is'],
  ['script-src *', 'as it is'],
  ['script-src https:', 'as it is'],
  ['script-src app.example:8080', 'as it is'],
  ['script-src http://app.example:8080/shim/', 'as it is'],
  ['script-src *.example:*', 'as it is'],
  ['script-src app.example', 'policy-source'],
  ['script-src other.example:8080', 'policy-source'],
  ['script-src http://app.example:8080/js/', 'policy-source'],
  ["script-src 'none'", 'policy-source'],
  ['script-src', 'policy-source'],
  ["script-src 'unsafe-inline'", 'policy-source'],
  ["default-src 'self'; script-src cdn.example", 'policy-source'],
  ["script-src 'self'; script-src cdn.example", 'as it is'],
  ["script-src cdn.example; script-src-elem 'self'", 'as it is'],
  ["script-src 'nonce-abc+/=='", 'nonce abc+/=='],
  ["script-src 'strict-dynamic' 'self' 'nonce-abc'", 'nonce abc'],
  ["script-src 'strict-dynamic' 'self'", 'policy-dynamic'],
  ["script-src 'sha256-abc='", 'policy-hash'],
  ["script-src 'nonce-\"><b>'", 'policy-source'],
  ["script-src 'self', script-src 'nonce-abc'", 'nonce abc'],
  ["script-src 'nonce-abc', script-src 'nonce-def'", 'policy-nonces'],
  ["script-src 'nonce-abc', script-src 'nonce-def' 'nonce-abc'", 'nonce abc'],
  ["script-src 'self', script-src 'none'", 'policy-source'],
];

describe('a Content-Security-Policy', () => {
  for (const [policy, expected] of POLICIES) {
    it(`"${policy}" lets the tag in: ${expected}`, () => {
      assert.equal(verdict(policy), expected);
      assert.equal(verdict(...policy.split(', ')), expected, 'as several fields');
    });
  }

  for (const [policy, expected] of [
    ["connect-src 'self' ws:", true],
    ['connect-src ws://app.example:8080', false],
    ['connect-src ws: wss:', false],
    ["default-src 'self'", true],
    ["default-src 'none'; script-src 'self'", false],
    ["script-src 'self'", true],
    ['connect-src http://app.example:8080', true],
  ] as const) {
    it(`"${policy}" lets the fallbacks ${expected ? '' : 'not '}reach the gateway`, () => {
      assert.equal(allowsFallbacks(parsePolicies(policy), { ...own, path: '/' }), expected);
    });
  }
});
