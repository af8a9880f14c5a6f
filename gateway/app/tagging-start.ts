import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, constants as zlib } from 'node:zlib';
import { DocumentScan } from './document-scan.ts';
import type { ScanResult } from './head-reader.ts';
import type { NoTagReason } from './no-tag.ts';
import type { Candidate, DecodedCoding } from './page-candidate.ts';
import type { PageStart, TaggedStart } from './page-tagger.ts';

/** What becomes of a start: the tag's text and its place, or the reason for none. */
export type StartDecision =
  | { readonly offset: number; readonly text: string }
  | { readonly noTag: NoTagReason };

/** Holds the beginning of a body until it is clear whether and where the tag goes. */
export class TaggingStart implements PageStart {
  readonly decoder: Transform | undefined;
  readonly #scan: DocumentScan;
  readonly #decide: (result: ScanResult) => StartDecision;
  readonly #fields: (added: number | undefined) => TaggedStart['rawHeaders'];
  readonly #chunks: Buffer[] = [];

  /**
   * `decide` makes a decision of what the scan found. `fields` gives the head of a body that has
   * grown by that many bytes; undefined: that has not changed.
   */
  constructor(
    candidate: Candidate,
    decide: (result: ScanResult) => StartDecision,
    fields: (added: number | undefined) => TaggedStart['rawHeaders'],
  ) {
    this.#scan = new DocumentScan(candidate);
    this.#decide = decide;
    this.#fields = fields;
    this.decoder = candidate.coding === undefined ? undefined : decoderOf(candidate.coding);
  }

  push(chunk: Buffer): TaggedStart | undefined {
    this.#chunks.push(chunk);
    const result = this.#scan.write(chunk);
    return result && this.#finish(result);
  }

  end(): TaggedStart {
    return this.#finish(this.#scan.end());
  }

  #finish(result: ScanResult): TaggedStart {
    const [first] = this.#chunks;
    const body = first !== undefined && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    const decision = this.#decide(result);
    if ('noTag' in decision) return { rawHeaders: this.#fields(undefined), body };
    const tag = Buffer.from(decision.text, 'latin1');
    return {
      rawHeaders: this.#fields(tag.length),
      body: Buffer.concat([body.subarray(0, decision.offset), tag, body.subarray(decision.offset)]),
    };
  }
}

/**
 * Gives out all that can be decoded so far, and forgives a body that ends early, as browsers do.
 */
export function decoderOf(coding: DecodedCoding): Transform {
  if (coding === 'br') {
    return createBrotliDecompress({
      flush: zlib.BROTLI_OPERATION_FLUSH,
      finishFlush: zlib.BROTLI_OPERATION_FLUSH,
    });
  }
  return createGunzip({ flush: zlib.Z_SYNC_FLUSH, finishFlush: zlib.Z_SYNC_FLUSH });
}
