/** For every answer: a browser that guesses another type may run what was meant as data. */
export const NO_SNIFF = { 'x-content-type-options': 'nosniff' } as const;

/**
 * The directive that lets pages of the server's own origin and of `origins` frame an answer (CSP
 * Level 2, `frame-ancestors`). `*` is every origin; `null` cannot be named there.
 */
export function frameAncestors(origins: readonly string[]): string {
  return ['frame-ancestors', "'self'", ...origins.filter((origin) => origin !== 'null')].join(' ');
}

/**
 * Only pages of the server's own origin may frame the answer: others could lead clicks into it.
 * Engines without `frame-ancestors` know the older field (RFC 7034).
 */
export const OWN_FRAMES = {
  'content-security-policy': frameAncestors([]),
  'x-frame-options': 'SAMEORIGIN',
} as const;
