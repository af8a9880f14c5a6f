import { headerValue, type RawHeaders } from '../base/raw-headers.ts';

/** Responses that are remembered, and the longest address of one, in characters. */
const MOST = 1_000;
const LONGEST_ADDRESS = 512;
const LONGEST_VALIDATOR = 256;

interface Validators {
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
}

/**
 * Validators of responses that passed without a tag, by address. A client may have them validated:
 * the application's 304 then stands for a response that gets no tag anyway. Other entity tags of
 * the application may be those of a page that a browser kept from before the gateway was there.
 */
export class UntaggedMemory {
  readonly #seen = new Map<string, Validators>();

  add(address: string, rawHeaders: RawHeaders): void {
    const etag = headerValue(rawHeaders, 'etag');
    const lastModified = headerValue(rawHeaders, 'last-modified');
    this.#seen.delete(address);
    if (etag === undefined && lastModified === undefined) return;
    if (address.length > LONGEST_ADDRESS || (etag?.length ?? 0) > LONGEST_VALIDATOR) return;
    this.#seen.set(address, { etag, lastModified });
    if (this.#seen.size <= MOST) return;
    const [oldest] = this.#seen.keys();
    this.#seen.delete(oldest as string);
  }

  /** A page with a tag came from there. */
  forget(address: string): void {
    this.#seen.delete(address);
  }

  etag(address: string): string | undefined {
    return this.#seen.get(address)?.etag;
  }

  lastModified(address: string): string | undefined {
    return this.#seen.get(address)?.lastModified;
  }
}
