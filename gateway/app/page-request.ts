import { forEachHeader, headerValue, type RawHeaders } from '../base/raw-headers.ts';
import { type EntityTags, isSameEntity } from './entity-tags.ts';
import { DECODED } from './page-candidate.ts';
import type { PageRequestHead } from './page-tagger.ts';
import type { UntaggedMemory } from './untagged-memory.ts';

/**
 * What a browser never shows as a page (Fetch Metadata, `Sec-Fetch-Dest`). `empty` is not one of
 * them: a service worker fetches pages so.
 */
const NO_PAGE =
  /^(audio|audioworklet|font|image|json|manifest|paintworklet|script|serviceworker|sharedworker|style|track|video|worker|xslt)$/;

/** Whether the client may take the answer for a page. IE asks for pages with the type of all. */
export function mayBePage({ rawHeaders }: PageRequestHead): boolean {
  if (NO_PAGE.test(headerValue(rawHeaders, 'sec-fetch-dest') ?? '')) return false;
  const accept = headerValue(rawHeaders, 'accept');
  return accept === undefined || /\*\/\*|text\/\*|html/i.test(accept);
}

/** Address of what a request is for, as `UntaggedMemory` knows it. */
export function addressOf({ rawHeaders, target }: PageRequestHead): string {
  return `${headerValue(rawHeaders, 'host') ?? ''}${target}`;
}

/**
 * The fields for the application in place of the client's.
 *
 * - The suffixes of entity tags are taken off again.
 * - An answer that is 304 must not bring back a page without a tag. So a validator is dropped where
 *   the answer may be a page, unless it is of a tagged or of a known untagged response.
 * - A page is wanted without a content coding.
 * - The rest of a tagged page cannot come from the application, so the whole page has to.
 */
export function applicationFields(
  request: PageRequestHead,
  tags: EntityTags,
  memory: UntaggedMemory,
): RawHeaders {
  const { method, rawHeaders } = request;
  const isPage = mayBePage(request);
  const isGuarded = isPage && (method === 'GET' || method === 'HEAD');
  const none = headerValue(rawHeaders, 'if-none-match');
  const validators = none === undefined ? undefined : restoredList(none, tags, isGuarded, request, memory);
  const isRangeOfTagged = hasOwn(headerValue(rawHeaders, 'if-range'), tags);
  const fields: string[] = [];
  let isFirst = true;
  forEachHeader(rawHeaders, (lower, value, name) => {
    switch (lower) {
      case 'if-none-match':
        // Repeated fields were joined.
        if (isFirst && validators !== undefined) fields.push(name, validators);
        isFirst = false;
        return;
      case 'if-modified-since': {
        const isKept =
          none === undefined ? value === memory.lastModified(addressOf(request)) : validators !== undefined;
        if (!isGuarded || isKept) fields.push(name, value);
        return;
      }
      case 'if-match':
        fields.push(name, tags.restoreAll(value));
        return;
      case 'range':
      case 'if-range':
        if (!isRangeOfTagged) fields.push(name, value);
        return;
      case 'accept-encoding':
        fields.push(name, isPage ? codingsFor(value, headerValue(rawHeaders, 'accept')) : value);
        return;
      default:
        fields.push(name, value);
    }
  });
  return fields;
}

function hasOwn(list: string | undefined, tags: EntityTags): boolean {
  return list !== undefined && tags.restore(list).own.length > 0;
}

/** Undefined: nothing of it is left. */
function restoredList(
  list: string,
  tags: EntityTags,
  isGuarded: boolean,
  request: PageRequestHead,
  memory: UntaggedMemory,
): string | undefined {
  if (!isGuarded || list.trim() === '*') return tags.restoreAll(list);
  const known = memory.etag(addressOf(request));
  const { own, foreign } = tags.restore(list);
  const kept = [...own, ...foreign.filter((one) => known !== undefined && isSameEntity(one, known))];
  return kept.length === 0 ? undefined : kept.join(', ');
}

/**
 * A browser names HTML when it asks for a page, except old IE and service workers. What these ask
 * for may also be data, for which a coding saves much; a page among it is decoded.
 */
function codingsFor(value: string, accept: string | undefined): string {
  if (accept === undefined || /html/i.test(accept)) return 'identity';
  const decoded = value.split(',').filter((coding) => {
    const name = coding.split(';')[0]?.trim().toLowerCase();
    return name === 'identity' || DECODED.some((one) => one === name);
  });
  return decoded.length === 0 ? 'identity' : decoded.map((coding) => coding.trim()).join(', ');
}
