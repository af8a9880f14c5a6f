import type { CarrierKind } from './carrier.ts';
import { openResponse } from './response.ts';
import { hasScript, scriptRequester } from './script-requester.ts';

/** Polls by script tags, for engines that have nothing else, or nothing else that reaches the gateway. */
export const jsonpPolling: CarrierKind = {
  name: 'jsonp-polling',
  _streams: false,
  _holdsLoad: true,
  _requester: scriptRequester,
  _works: hasScript,
  _open: (platform, context, attachments, events) =>
    openResponse(scriptRequester, platform, context, attachments, events, 'jsonp-polling', false)
};
