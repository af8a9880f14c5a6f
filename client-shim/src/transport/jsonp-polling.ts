import { byScript, hasScript } from './by-script.ts';
import type { CarrierKind } from './carrier.ts';
import { openResponse } from './response.ts';

/** Polls by script tags, for engines that have nothing else, or nothing else that reaches the gateway. */
export const jsonpPolling: CarrierKind = {
  name: 'jsonp-polling',
  streams: false,
  holdsLoad: true,
  way: byScript,
  works: hasScript,
  open: (platform, line, wanted, events) =>
    openResponse(byScript, platform, line, wanted, events, 'jsonp-polling', false)
};
