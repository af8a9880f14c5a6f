import type { Headers } from '../http/exchange.ts';

/** Blocks that are remembered. Answers have about a dozen different ones for each origin. */
const MAX_KNOWN = 256;

/** Characters of a block that is remembered. */
const LONGEST_KNOWN = 1_024;

const encoded = new WeakMap<Headers, string>();

/** Header fields as lines of name and value. Most answers share a few objects. */
export function encodeHeaders(headers: Headers): string {
  const known = encoded.get(headers);
  if (known !== undefined) return known;
  let block = '';
  for (const [name, values] of Object.entries(headers)) {
    for (const value of [values].flat()) block += `${name}: ${value}\n`;
  }
  encoded.set(headers, block);
  return block;
}

/** Decodes header fields. Each block is decoded once, as long as it is remembered. */
export class HeaderBlocks {
  readonly #known = new Map<string, Headers>();
  /** The block before: most are the same, and bytes are compared faster than they are decoded. */
  #last = Buffer.alloc(0);
  #lastHeaders: Headers = {};

  decode(bytes: Buffer): Headers {
    if (!this.#last.equals(bytes)) {
      this.#lastHeaders = this.#decode(bytes.toString('utf8'));
      this.#last = Buffer.from(bytes);
    }
    return this.#lastHeaders;
  }

  #decode(block: string): Headers {
    const known = this.#known.get(block);
    if (known !== undefined) return known;
    const headers = decodeHeaders(block);
    if (block.length > LONGEST_KNOWN) return headers;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(block, headers);
    return headers;
  }
}

function decodeHeaders(block: string): Headers {
  const headers: Record<string, string | string[]> = {};
  for (const line of block.split('\n')) {
    const colon = line.indexOf(': ');
    if (colon < 0) continue;
    const name = line.slice(0, colon);
    const value = line.slice(colon + 2);
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat();
  }
  return headers;
}
