import { hasLevel2 } from './platform.ts';
import { responseKind } from './response.ts';
import { xhrRequester } from './xhr-requester.ts';

/**
 * An endless response. From IE 10 on: MSXML hides `responseText` until the end (Microsoft, "COMET
 * Streaming in IE").
 */
export const xhrStreaming = responseKind('xhr-streaming', true, xhrRequester, hasLevel2);
