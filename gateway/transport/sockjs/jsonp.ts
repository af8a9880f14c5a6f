import { type SockJsEncoder, sockjs } from '../../dialect/sockjs.ts';
import { callbackOf, scriptString } from './callback.ts';
import { pollForm } from './poll.ts';

/**
 * The comment keeps the call from being read as another format (CVE-2014-4671, "Rosetta Flash").
 */
function encoderFor(query: string): SockJsEncoder {
  const callback = callbackOf(query);
  return sockjs((frame) => `/**/${callback}(${scriptString(frame)});\r\n`);
}

/** Long polling by script tags: one call with one frame. */
export const jsonp = pollForm({ action: 'jsonp', method: 'GET', isCallback: true, encoderFor });
