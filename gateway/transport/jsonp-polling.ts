import { MalformedError } from '../protocol/unit.ts';
import type { DownstreamTransport } from './transport.ts';
import { xhrPolling } from './xhr-polling.ts';

/** Long polls by script tags: the answer is a poll's, in a call (`ScriptExchange`). */
export const jsonpPolling: DownstreamTransport = {
  ...xhrPolling,
  action: 'jsonp-polling',
  serve: (call) => {
    if (call.wanted.form === 'byte') throw new MalformedError('a script holds text only');
    xhrPolling.serve(call);
  },
};
