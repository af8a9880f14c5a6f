import { matchesSource, type OwnOrigin } from './policy-source.ts';

/** The directives of one policy by their lower-case names; of a repeated one the first counts. */
export type Policy = ReadonlyMap<string, readonly string[]>;

/** Whether a policy lets the tag's script run; `nonce`: with this one. */
export type ScriptVerdict =
  | { readonly allowed: true; readonly nonce?: string }
  | { readonly allowed: false; readonly why: PolicyReason };

export type PolicyReason = 'policy-hash' | 'policy-dynamic' | 'policy-source' | 'policy-nonces';

/** Splits `Content-Security-Policy`: a comma separates policies (CSP Level 3 §2.2.2). */
export function parsePolicies(value: string): Policy[] {
  return value.split(',').flatMap((text) => {
    const policy = parsePolicy(text);
    return policy.size === 0 ? [] : [policy];
  });
}

/** CSP Level 3 §2.2.1 */
function parsePolicy(text: string): Policy {
  const directives = new Map<string, readonly string[]>();
  for (const directive of text.split(';')) {
    const [name, ...values] = directive.trim().split(/[\t\n\f\r ]+/);
    const lower = name?.toLowerCase();
    if (lower && !directives.has(lower)) directives.set(lower, values);
  }
  return directives;
}

/**
 * Whether all of the policies let a script of the page's own origin run. A nonce is used only where
 * the origin alone does not do.
 */
export function scriptVerdict(policies: readonly Policy[], own: OwnOrigin): ScriptVerdict {
  let nonce: string | undefined;
  for (const policy of policies) {
    const verdict = verdictOf(policy, own);
    if (!verdict.allowed) return verdict;
    if (verdict.nonce === undefined) continue;
    if (nonce !== undefined && nonce !== verdict.nonce && !accepts(policy, nonce)) {
      return { allowed: false, why: 'policy-nonces' };
    }
    nonce ??= verdict.nonce;
  }
  return nonce === undefined ? { allowed: true } : { allowed: true, nonce };
}

function verdictOf(policy: Policy, own: OwnOrigin): ScriptVerdict {
  const sources = effective(policy, ['script-src-elem', 'script-src', 'default-src']);
  if (sources === undefined) return { allowed: true };
  const isDynamic = has(sources, "'strict-dynamic'");
  if (!isDynamic && sources.some((source) => matchesSource(source, own))) return { allowed: true };
  const nonce = noncesOf(sources)[0];
  if (nonce !== undefined) return { allowed: true, nonce };
  if (isDynamic) return { allowed: false, why: 'policy-dynamic' };
  const isHashOnly = sources.some((source) => /^'sha(256|384|512)-/i.test(source));
  return { allowed: false, why: isHashOnly ? 'policy-hash' : 'policy-source' };
}

function accepts(policy: Policy, nonce: string): boolean {
  const sources = effective(policy, ['script-src-elem', 'script-src', 'default-src']) ?? [];
  return noncesOf(sources).includes(nonce);
}

/** What is said where the fallbacks may not reach the page's own origin. */
export const CONNECT_ADVICE =
  "connect-src of its Content-Security-Policy names no address of the page's own origin: " +
  "the fallbacks need 'self' there";

/** Whether the policies let the fallbacks' requests reach the page's own origin. */
export function allowsFallbacks(policies: readonly Policy[], own: OwnOrigin): boolean {
  return policies.every((policy) => {
    const sources = effective(policy, ['connect-src', 'default-src']);
    return sources === undefined || sources.some((source) => matchesSource(source, own));
  });
}

function effective(policy: Policy, names: readonly string[]): readonly string[] | undefined {
  const name = names.find((one) => policy.has(one));
  return name === undefined ? undefined : policy.get(name);
}

function has(sources: readonly string[], keyword: string): boolean {
  return sources.some((source) => source.toLowerCase() === keyword);
}

/** Nonces are copied into the page, so they may hold nothing but base64 (CSP Level 3 §2.3.1). */
function noncesOf(sources: readonly string[]): string[] {
  return sources.flatMap((source) => /^'nonce-([A-Za-z0-9+/_-]+={0,2})'$/i.exec(source)?.[1] ?? []);
}
