import { headerValue, headerValues, type RawHeaders } from '../base/raw-headers.ts';
import { type Policy, parsePolicies, scriptVerdict } from './content-policy.ts';
import { charsetOf, isAsciiCompatible } from './encodings.ts';
import type { ScanSettings, TagPlace } from './head-reader.ts';
import type { NoTagReason } from './no-tag.ts';
import type { PageResponseHead } from './page-tagger.ts';
import type { OwnOrigin } from './policy-source.ts';
import type { ShimTag } from './shim-tag.ts';

/** Content codings that are decoded if an application sends a page in one, whatever it was sent. */
export const DECODED = ['gzip', 'x-gzip', 'br'] as const;
export type DecodedCoding = (typeof DECODED)[number];

/** A response whose head lets it be a page. Its body decides. */
export interface Candidate extends ScanSettings {
  /** Undefined: the body is not encoded. */
  readonly coding: DecodedCoding | undefined;
  readonly policies: readonly Policy[];
  /** Their effect is only reported, so they never keep the tag out. */
  readonly reportOnly: readonly Policy[];
}

export type NoTag = { readonly noTag: NoTagReason };

/** What the head of a response says about a tag. */
export function candidateOf({ status, rawHeaders }: PageResponseHead, own: OwnOrigin): Candidate | NoTag {
  if (status !== 200) return { noTag: 'status' };
  const contentType = headerValue(rawHeaders, 'content-type') ?? '';
  const type = contentType.split(/[;,]/)[0]?.trim().toLowerCase();
  if (type !== 'text/html' && type !== 'application/xhtml+xml') return { noTag: 'not-html' };
  if (/^\s*attachment\b/i.test(headerValue(rawHeaders, 'content-disposition') ?? '')) {
    return { noTag: 'download' };
  }
  const charset = charsetOf(contentType);
  if (charset !== undefined && !isAsciiCompatible(charset)) return { noTag: 'encoding' };
  const coding = codingOf(rawHeaders);
  if (coding === 'unknown') return { noTag: 'coding' };
  const policies = policiesOf(rawHeaders);
  const verdict = scriptVerdict(policies, own);
  if (!verdict.allowed) return { noTag: verdict.why };
  const reportOnly = policiesIn(rawHeaders, 'content-security-policy-report-only');
  return { isXml: type !== 'text/html', charset, coding, policies, reportOnly };
}

/** The tag for a place, by the policies of the head and of the page before that place. */
export function tagAt(
  place: TagPlace,
  candidate: Candidate,
  own: OwnOrigin,
  tag: ShimTag,
): { readonly text: string } | NoTag {
  const policies = [...candidate.policies, ...place.policies.flatMap(parsePolicies)];
  const verdict = scriptVerdict(policies, own);
  if (!verdict.allowed) return { noTag: verdict.why };
  return { text: tag.text(verdict.nonce ?? reportedNonce(candidate.reportOnly, own)) };
}

/** Without the nonce, a policy that only reports would report the tag. */
function reportedNonce(policies: readonly Policy[], own: OwnOrigin): string | undefined {
  const verdict = scriptVerdict(policies, own);
  return verdict.allowed ? verdict.nonce : undefined;
}

/** All policies that hold for a response by its head. */
export function policiesOf(rawHeaders: RawHeaders): Policy[] {
  return POLICY_FIELDS.flatMap((name) => policiesIn(rawHeaders, name));
}

/** The second and third are of Firefox up to 22 and WebKit up to 2013. */
const POLICY_FIELDS = ['content-security-policy', 'x-content-security-policy', 'x-webkit-csp'];

function policiesIn(rawHeaders: RawHeaders, name: string): Policy[] {
  return headerValues(rawHeaders, name).flatMap(parsePolicies);
}

function codingOf(rawHeaders: RawHeaders): DecodedCoding | 'unknown' | undefined {
  const coding = headerValue(rawHeaders, 'content-encoding')?.trim().toLowerCase() ?? '';
  if (coding === '' || coding === 'identity') return undefined;
  return DECODED.find((one) => one === coding) ?? 'unknown';
}
