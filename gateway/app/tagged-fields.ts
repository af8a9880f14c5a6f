import { forEachHeader, type RawHeaders } from '../base/raw-headers.ts';
import type { EntityTags } from './entity-tags.ts';

/** How the body of a response differs from the application's. */
export interface BodyChange {
  /** Bytes that it is longer; undefined: not known, so no length is stated. */
  readonly added: number | undefined;
  /** It was decoded. */
  readonly isDecoded: boolean;
}

/** Digests of a body or of a representation (RFC 1864, RFC 3230, RFC 9530). */
const DIGESTS: readonly string[] = ['content-md5', 'digest', 'content-digest', 'repr-digest'];

/**
 * The fields of a changed response. Ranges of the application's page would not fit to the tagged
 * one, so none are offered.
 */
export function taggedFields(
  rawHeaders: RawHeaders,
  { added, isDecoded }: BodyChange,
  tags: EntityTags,
): string[] {
  const fields: string[] = [];
  forEachHeader(rawHeaders, (lower, value, name) => {
    if (DIGESTS.includes(lower) || (isDecoded && lower === 'content-encoding')) return;
    if (lower === 'content-length') {
      if (added !== undefined && !isDecoded) fields.push(name, String(Number(value) + added));
    } else if (lower === 'etag') {
      fields.push(name, tags.mark(value));
    } else {
      fields.push(name, lower === 'accept-ranges' ? 'none' : value);
    }
  });
  return fields;
}
