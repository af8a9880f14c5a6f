import { canPost } from './platform.ts';
import { responseKind } from './response.ts';
import { xhrRequester } from './xhr-requester.ts';

/** Long polls: the most reliable carrier, because it only needs responses that arrive. */
export const xhrPolling = responseKind('xhr-polling', false, xhrRequester, canPost);
