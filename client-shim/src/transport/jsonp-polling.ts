import type { CarrierKind } from './carrier.ts';
import { responseOpener } from './response.ts';
import { hasScript, scriptRequester } from './script-requester.ts';

/** Polls by script tags, for engines in which nothing else reaches the gateway. */
export const jsonpPolling: CarrierKind = {
  name: 'jsonp-polling',
  _streams: false,
  _holdsLoad: true,
  _requester: scriptRequester,
  _works: hasScript,
  _open: responseOpener(scriptRequester, 'jsonp-polling', false)
};
