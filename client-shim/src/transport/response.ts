import { addressOf } from '../wire/address.ts';
import { textBody } from '../wire/body.ts';
import { readBytes } from '../wire/byte-form.ts';
import { frame, startPosition } from '../wire/frame.ts';
import { readText } from '../wire/text-form.ts';
import { type Carrier, type CarrierEvents, isPassing, type Line, type Wanted } from './carrier.ts';
import { newRequest, type Platform } from './platform.ts';
import type { Way } from './request.ts';

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
  way: Way,
  platform: Platform,
  line: Line,
  wanted: Wanted,
  events: CarrierEvents,
  action: string,
  streams: boolean
): Carrier {
  // An octet a character needs `overrideMimeType`, which MSXML and IE10 lack.
  const probe = way.octets && line.binary && newRequest(platform);
  const octets = !!probe && !!probe.overrideMimeType;
  const padding = streams && !platform.page.TextDecoder ? ',' + PADDING : '';
  const form = octets ? ',b' : padding && ',t';
  const read = octets ? readBytes : readText;
  const position = startPosition();
  const frames = [frame('D', wanted[0] + form + padding)];
  for (let i = 1; i < wanted.length; i += 1) frames.push(frame('S', wanted[i] as string));

  const request = way.post(
    platform,
    addressOf(line.url, action),
    textBody(line.token, frames),
    { crossOrigin: line.crossOrigin, asOctets: octets },
    (status, text) => {
      // 404 brings the frame that says the session is gone.
      if (status === 200 || status === 404) events.frames(read(position, text));
      events.over(status !== 200 && !isPassing(status), status === 200 ? '' : 'status ' + status);
    },
    (text) => events.frames(read(position, text))
  );
  return { close: request.abort };
}
