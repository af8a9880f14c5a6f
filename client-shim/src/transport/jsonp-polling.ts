import { responseKind } from './response.ts';
import { hasScript, scriptRequester } from './script-requester.ts';

/** Polls by script tags, for engines that cannot reach the gateway in any other way. */
export const jsonpPolling = responseKind('jsonp-polling', false, scriptRequester, hasScript, scriptRequester);
