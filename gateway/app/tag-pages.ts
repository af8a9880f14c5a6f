import type { Log } from '../base/log.ts';
import { headerValue, headerValues, type RawHeaders } from '../base/raw-headers.ts';
import { allowsFallbacks, CONNECT_ADVICE, parsePolicies } from './content-policy.ts';
import { EntityTags, isSameEntity } from './entity-tags.ts';
import { type NoTagReason, noTagTable } from './no-tag.ts';
import { type Candidate, candidateOf, tagAt } from './page-candidate.ts';
import { addressOf, applicationFields } from './page-request.ts';
import type {
  PageRequestHead,
  PageResponseHead,
  PageStart,
  PageTagger,
  PageTagSettings,
  TaggedStart,
} from './page-tagger.ts';
import type { OwnOrigin } from './policy-source.ts';
import { ShimTag } from './shim-tag.ts';
import { taggedFields } from './tagged-fields.ts';
import { TaggingStart } from './tagging-start.ts';
import { UntaggedMemory } from './untagged-memory.ts';

/** Addresses that are logged for one reason: a page for each customer must not fill the log. */
const MOST_LOGGED = 20;

/** Puts the tag into pages, by the rules of docs/app.md. */
export function createPageTagger({ shim, map, log }: PageTagSettings): PageTagger {
  return new ShimTagger(new ShimTag(shim, map), log);
}

class ShimTagger implements PageTagger {
  readonly #tag: ShimTag;
  readonly #tags: EntityTags;
  readonly #memory = new UntaggedMemory();
  readonly #logged = new Map<string, Set<string>>();
  readonly #log: Log;

  constructor(tag: ShimTag, log: Log) {
    this.#tag = tag;
    this.#tags = new EntityTags(tag.fingerprint);
    this.#log = log;
  }

  requestFields(request: PageRequestHead): RawHeaders {
    return applicationFields(request, this.#tags, this.#memory);
  }

  respond(
    request: PageRequestHead,
    response: PageResponseHead,
  ): PageStart | Pick<TaggedStart, 'rawHeaders'> | undefined {
    if (response.status === 304) return this.#notModified(request, response);
    const own = ownOrigin(request, this.#tag);
    const candidate = candidateOf(response, own);
    if ('noTag' in candidate) {
      this.#passUntouched(request, response, candidate.noTag);
      return undefined;
    }
    if (request.method === 'HEAD') return this.#headOnly(request, response);
    return this.#start(request, response, candidate, own);
  }

  #start(
    request: PageRequestHead,
    response: PageResponseHead,
    candidate: Candidate,
    own: OwnOrigin,
  ): PageStart {
    const { rawHeaders } = response;
    const isDecoded = candidate.coding !== undefined;
    return new TaggingStart(
      candidate,
      (result) => {
        const tag = 'noTag' in result ? result : tagAt(result, candidate, own, this.#tag);
        if ('noTag' in result || 'noTag' in tag) {
          const { noTag } = tag as { noTag: NoTagReason };
          if (isDecoded) this.#say(noTag, noTagTable[noTag].text, request);
          else this.#passUntouched(request, response, noTag);
          return { noTag };
        }
        this.#memory.forget(addressOf(request));
        const policies = [...candidate.policies, ...result.policies.flatMap(parsePolicies)];
        if (!allowsFallbacks(policies, { ...own, path: '/' })) {
          this.#say('connect', CONNECT_ADVICE, request);
        }
        return { offset: result.offset, text: tag.text };
      },
      (added) =>
        added === undefined && !isDecoded
          ? rawHeaders
          : taggedFields(rawHeaders, { added: added ?? 0, isDecoded }, this.#tags),
    );
  }

  /** A HEAD says what a GET would say, except for the length, which only the body can tell. */
  #headOnly(
    request: PageRequestHead,
    { rawHeaders }: PageResponseHead,
  ): Pick<TaggedStart, 'rawHeaders'> | undefined {
    const etag = headerValue(rawHeaders, 'etag');
    const known = this.#memory.etag(addressOf(request));
    if (etag !== undefined && known !== undefined && isSameEntity(etag, known)) return undefined;
    return { rawHeaders: taggedFields(rawHeaders, { added: undefined, isDecoded: false }, this.#tags) };
  }

  /** The entity tag of a 304 is the one that the 200 had (RFC 9110 §15.4.5). */
  #notModified(
    request: PageRequestHead,
    { rawHeaders }: PageResponseHead,
  ): Pick<TaggedStart, 'rawHeaders'> | undefined {
    const etag = headerValue(rawHeaders, 'etag');
    if (etag === undefined) return undefined;
    const validators = headerValues(request.rawHeaders, 'if-none-match');
    const isTagged = validators.some((list) =>
      this.#tags.restore(list).own.some((one) => isSameEntity(one, etag)),
    );
    if (!isTagged) return undefined;
    return { rawHeaders: taggedFields(rawHeaders, { added: undefined, isDecoded: false }, this.#tags) };
  }

  #passUntouched(request: PageRequestHead, response: PageResponseHead, reason: NoTagReason): void {
    if (response.status === 200) this.#memory.add(addressOf(request), response.rawHeaders);
    const { text, worthSaying } = noTagTable[reason];
    if (worthSaying) this.#say(reason, text, request);
  }

  /** Once for each reason and path. */
  #say(reason: string, why: string, request: PageRequestHead): void {
    const path = (request.target.split('?')[0] as string).slice(0, 200);
    const logged = this.#logged.get(reason) ?? new Set();
    this.#logged.set(reason, logged);
    if (logged.has(path) || logged.size >= MOST_LOGGED) return;
    logged.add(path);
    const message =
      reason === 'connect' ? 'fallbacks may be blocked on a page' : 'page passed without the tag';
    this.#log.warn(message, { path, why });
  }
}

function ownOrigin({ rawHeaders }: PageRequestHead, tag: ShimTag): OwnOrigin {
  return { host: headerValue(rawHeaders, 'host')?.trim().toLowerCase(), path: tag.src };
}
