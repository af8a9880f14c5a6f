import type { CarrierKind } from './carrier.ts';
import { responseOpener } from './response.ts';
import { hasScript, scriptRequester } from './script-requester.ts';

/** Polls by script tags, for engines that cannot reach the gateway in any other way. */
export const jsonpPolling: CarrierKind = {
  name: 'jsonp-polling',
  _streams: false,
  _holdsLoad: true,
  _requester: scriptRequester,
  _works: hasScript,
  _open: responseOpener(scriptRequester, 'jsonp-polling', false)
};
