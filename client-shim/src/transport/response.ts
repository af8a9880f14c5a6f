import { addressOf } from '../wire/address.ts';
import { textBody } from '../wire/body.ts';
import { readBytes } from '../wire/byte-form.ts';
import { frame, startPosition } from '../wire/frame.ts';
import { readText } from '../wire/text-form.ts';
import {
  type Attachments,
  type Carrier,
  type CarrierEvents,
  isTransient,
  type SessionContext
} from './carrier.ts';
import { newRequest, type Platform } from './platform.ts';
import type { Requester } from './requester.ts';

/**
 * Engines sniff the first kilobytes of text before they show any: 2048 octets in IE10 and 11, 1025 in old Firefox, 256 in old Safari
 * (WSE client code). None of those has a TextDecoder, and those that have it heed `nosniff`.
 */
const PADDING = 2048;

/**
 * A downstream that is the answer to a request. Polls and streams differ in their address only: what an engine shows of an
 * answer before its end is read in both.
 */
export function openResponse(
  requester: Requester,
  platform: Platform,
  context: SessionContext,
  attachments: Attachments,
  events: CarrierEvents,
  action: string,
  streams: boolean
): Carrier {
  // An octet a character needs `overrideMimeType`, which MSXML and IE10 lack.
  const probe = requester._sendsBytes && context._binary && newRequest(platform);
  const bytes = !!probe && !!probe.overrideMimeType;
  const padding = streams && !platform._page.TextDecoder ? ',' + PADDING : '';
  const form = bytes ? ',b' : padding && ',t';
  const read = bytes ? readBytes : readText;
  const position = startPosition();
  const frames = [frame('D', attachments[0] + form + padding)];
  for (let i = 1; i < attachments.length; i += 1) frames.push(frame('S', attachments[i] as string));

  const request = requester._post(
    platform,
    addressOf(context.url, action),
    textBody(context._token, frames),
    { _crossOrigin: context._crossOrigin, _asBytes: bytes },
    (status, text) => {
      // 404 brings the frame that says the session is gone.
      if (status === 200 || status === 404) events._frames(read(position, text));
      events._over(status !== 200 && !isTransient(status), status === 200 ? '' : 'status ' + status);
    },
    (text) => events._frames(read(position, text))
  );
  return { _close: request._abort };
}
