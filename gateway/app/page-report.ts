import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { allowsFallbacks, CONNECT_ADVICE, type Policy, parsePolicies } from './content-policy.ts';
import { DocumentScan } from './document-scan.ts';
import { type NoTagReason, noTagTable } from './no-tag.ts';
import { candidateOf, policiesOf, tagAt } from './page-candidate.ts';
import type { PageResponseHead } from './page-tagger.ts';
import type { OwnOrigin } from './policy-source.ts';
import type { ShimTag } from './shim-tag.ts';

/** Whether and where a page gets the tag. */
export interface PageReport {
  readonly tag?: {
    readonly text: string;
    readonly before: string;
    readonly offset: number;
    readonly line: number;
  };
  readonly noTag?: NoTagReason;
  /** What to change, or to know. `isNeeded`: without it pages with fallbacks do not work. */
  readonly advice: readonly { readonly text: string; readonly isNeeded: boolean }[];
}

const LONGEST_TAG = 119;

/** Looks at a whole page as the gateway looks at its beginning. `body` is decoded. */
export function reportOn(response: PageResponseHead, body: Buffer, host: string, tag: ShimTag): PageReport {
  const own: OwnOrigin = { host, path: tag.src };
  const advice = adviceOn(response, body, own);
  const candidate = candidateOf(response, own);
  if ('noTag' in candidate) return { noTag: candidate.noTag, advice };
  const scan = new DocumentScan(candidate);
  const place = scan.write(body) ?? scan.end();
  if ('noTag' in place) return { noTag: place.noTag, advice };
  const made = tagAt(place, candidate, own, tag);
  if ('noTag' in made) return { noTag: made.noTag, advice };
  if (made.text.length > LONGEST_TAG && candidate.charset === undefined) {
    const text = `the tag has ${made.text.length} bytes: name the encoding in Content-Type, as browsers look for meta charset in the first 1,024 bytes only`;
    advice.push({ text, isNeeded: false });
  }
  const line = body.toString('latin1', 0, place.offset).split(/\r\n|[\r\n]/).length;
  return { tag: { text: made.text, before: place.before, offset: place.offset, line }, advice };
}

/** One line for a reason. */
export function noTagText(reason: NoTagReason): string {
  return noTagTable[reason].text;
}

function adviceOn(
  response: PageResponseHead,
  body: Buffer,
  own: OwnOrigin,
): { text: string; isNeeded: boolean }[] {
  const html = body.toString('latin1');
  const advice = [];
  const policies = [...policiesOf(response.rawHeaders), ...policiesInHead(parse(html))];
  if (!allowsFallbacks(policies, { ...own, path: '/' })) {
    advice.push({ text: CONNECT_ADVICE, isNeeded: true });
  }
  if (/<script[^>]*\/websocket(\.min)?\.js/i.test(html)) {
    advice.push({ text: 'the page loads the shim itself; twice does no harm', isNeeded: false });
  }
  return advice;
}

/** Policies of `meta` elements, which count in the head only (HTML §4.2.5.3). */
function policiesInHead(document: DefaultTreeAdapterTypes.Node): Policy[] {
  const head = childrenNamed(childrenNamed(document, 'html')[0], 'head')[0];
  return childrenNamed(head, 'meta').flatMap(({ attrs }) => {
    const value = (name: string) => attrs.find((one) => one.name === name)?.value ?? '';
    const isPolicy = value('http-equiv').trim().toLowerCase() === 'content-security-policy';
    return isPolicy ? parsePolicies(value('content')) : [];
  });
}

function childrenNamed(
  node: DefaultTreeAdapterTypes.Node | undefined,
  name: string,
): DefaultTreeAdapterTypes.Element[] {
  if (node === undefined || !('childNodes' in node)) return [];
  return node.childNodes.filter(
    (child): child is DefaultTreeAdapterTypes.Element => child.nodeName === name && 'attrs' in child,
  );
}
