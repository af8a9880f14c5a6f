import { createHash } from 'node:crypto';

/**
 * The script tag that pages get: ASCII, and well-formed in XHTML too. It should be shorter than 120
 * bytes, because browsers look for `meta charset` in the first 1,024 only (HTML §13.2.3.2).
 */
export class ShimTag {
  readonly src: string;
  /** Another tag has another one, and so have the pages that hold it. */
  readonly fingerprint: string;
  readonly #attributes: string;

  /** `map` is the value of `data-map`; empty: the tag has none. */
  constructor(src: string, map: string) {
    this.src = src;
    this.#attributes = attribute('src', src) + (map === '' ? '' : attribute('data-map', map));
    this.fingerprint = createHash('sha256').update(this.#attributes).digest('hex').slice(0, 6);
  }

  /** The tag, with the nonce of the page's policy where it needs one. */
  text(nonce?: string): string {
    return `<script${this.#attributes}${nonce === undefined ? '' : attribute('nonce', nonce)}></script>`;
  }
}

function attribute(name: string, value: string): string {
  return ` ${name}="${value.replace(/[^ -~]|[&"<]/gu, (character) => `&#${character.codePointAt(0)};`)}"`;
}
