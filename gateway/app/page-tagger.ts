import type { Transform } from 'node:stream';
import type { Log } from '../base/log.ts';
import type { RawHeaders } from '../base/raw-headers.ts';

/** A client's request, as far as it matters to a page. */
export interface PageRequestHead {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly target: string;
  /** As the client sent them. */
  readonly rawHeaders: RawHeaders;
}

/** What the application answered, before its body. */
export interface PageResponseHead {
  readonly status: number;
  /** As the application sent them. */
  readonly rawHeaders: RawHeaders;
}

/** What the client gets: the head, and the beginning of the body. What follows passes as it is. */
export interface TaggedStart {
  readonly rawHeaders: RawHeaders;
  readonly body: Buffer;
}

/**
 * Looks at the beginning of one response's body. `AppProxy` holds the head back until one of the
 * methods has answered; then it is not called again.
 */
export interface PageStart {
  /**
   * The body passes through this first, to its end; absent: as it came. An encoded body is decoded
   * so.
   */
  readonly decoder?: Transform | undefined;
  /** Takes the next bytes. Undefined: it has to see more of them. */
  push(chunk: Buffer): TaggedStart | undefined;
  /** No more bytes come, or none for some time: what has come has to leave now. */
  end(): TaggedStart;
}

/** What a tagger is made with: `createPageTagger` of tag-pages.ts takes it. */
export interface PageTagSettings {
  /** Path of the shim's script: `/shim/websocket.min.js`, perhaps below a prefix. */
  readonly shim: string;
  /**
   * Value of the tag's `data-map`, for pages that name the application's inner address:
   * `ws://127.0.0.1:8000/ -> /`.
   */
  readonly map: string;
  readonly log: Log;
}

/** Puts the shim's tag into the pages of an application. */
export interface PageTagger {
  /** The fields that the application gets in place of the client's. */
  requestFields(request: PageRequestHead): RawHeaders;
  /**
   * Undefined: the response passes untouched. Fields only: the response has no body, or its body
   * passes as it is. Hop-by-hop fields are not for the tagger: the caller removes them.
   */
  respond(
    request: PageRequestHead,
    response: PageResponseHead,
  ): PageStart | Pick<TaggedStart, 'rawHeaders'> | undefined;
}
