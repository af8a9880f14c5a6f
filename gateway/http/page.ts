import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestError } from '../base/errors.ts';
import { parseTarget } from './target.ts';

/** A request for a page: GET or HEAD, as the others have no page. */
export interface PageRequest {
  readonly node: IncomingMessage;
  /** The path, with escapes undone. */
  readonly path: string;
  /** Behind the question mark; empty: there is none. */
  readonly query: string;
}

/**
 * Answers a request for a page. Returns false, and does nothing, if the path is not its own. Throws
 * a `RequestError` to refuse.
 */
export type Page = (request: PageRequest, response: ServerResponse) => boolean;

/** Reads what a request is for. Throws a `RequestError` for a malformed escape. */
export function readPageRequest(node: IncomingMessage): PageRequest {
  const { path: target } = parseTarget(node.url ?? '/') ?? { path: '/' };
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = mark < 0 ? '' : target.slice(mark + 1);
  // A path that is longer than any leads to no page.
  if (path.length > LONGEST_PATH) throw new RequestError('GW_NO_PAGE');
  try {
    return { node, path: decodeURIComponent(path), query };
  } catch {
    throw new RequestError('GW_MALFORMED', 'bad request');
  }
}

/** Characters of a path. */
const LONGEST_PATH = 1_024;
