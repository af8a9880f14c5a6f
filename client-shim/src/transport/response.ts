import { addressOf } from '../wire/address.ts';
import { readBytes } from '../wire/byte-form.ts';
import { type Frame, frame, startPosition } from '../wire/frame.ts';
import { readText } from '../wire/text-form.ts';
import {
  type Attachments,
  type Carrier,
  type CarrierEvents,
  type CarrierKind,
  encodeBody,
  isTransient,
  refusesBytes,
  type SessionContext
} from './carrier.ts';
import { newRequest, type Platform } from './platform.ts';
import type { Requester } from './requester.ts';

/**
 * Bytes of padding. Engines read the first bytes of a text to detect its type before they show any:
 * 2048 bytes in IE 10 and 11, 1025 in old Firefox, 256 in old Safari (WSE client code). None of
 * those has a TextDecoder, and engines with a TextDecoder obey `nosniff`.
 */
const PADDING = 2048;

/**
 * Makes a kind of carrier whose downstream is a response. Polls and streams differ only in `name`,
 * which is also the action: both read what the engine shows of a response before it ends.
 */
export function responseKind(
  name: string,
  streams: boolean,
  requester: Requester,
  works: CarrierKind['_works'],
  own?: Requester
): CarrierKind {
  return {
    name: name,
    _streams: streams,
    // Not by script tags. Their polls are GETs, whose addresses are short and stand in logs.
    _carries: !streams && !own,
    _works: works,
    _holdsLoad: !!own,
    _requester: own,
    _open: open
  };

  function open(
    platform: Platform,
    context: SessionContext,
    attachments: Attachments,
    events: CarrierEvents,
    upstream: readonly Frame[][]
  ): Carrier {
    // Reading one character per byte needs `overrideMimeType`, which MSXML and IE 10 lack. The poll
    // of a page that rests has a form already.
    const rests = /r$/.test(attachments[0] as string);
    const probe = !rests && requester._sendsBytes && context._binary && newRequest(platform);
    const asBytes = !!probe && !!probe.overrideMimeType;
    const padding = streams && !platform._page.TextDecoder ? ',' + PADDING : '';
    const form = asBytes ? ',b' : padding && ',t';
    const read = asBytes ? readBytes : readText;
    const position = startPosition();
    let frames = [frame('D', attachments[0] + form + padding)];
    for (let i = 0; i < attachments.length; i += 1) {
      if (i) frames.push(frame('S', attachments[i] as string));
      frames = frames.concat(upstream[i] as Frame[]);
    }
    const body = encodeBody(platform, context, frames);

    const request = requester._post(
      platform,
      addressOf(context.url, name, context._node),
      body,
      { _crossOrigin: context._crossOrigin, _asBytes: asBytes },
      (status, text) => {
        // A 404 response carries the frame that says that the session is gone.
        if (status === 200 || status === 404) events._frames(read(position, text));
        events._over(
          status !== 200 && !isTransient(status) && !refusesBytes(context, body, status),
          status === 200 ? '' : (!status && text) || 'status ' + status
        );
      },
      (text) => events._frames(read(position, text))
    );
    return { _close: request._abort };
  }
}
