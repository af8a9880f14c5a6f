import type { CarrierKind } from './carrier.ts';
import type { Platform } from './platform.ts';
import type { Requester } from './requester.ts';
import { scriptRequester } from './script-requester.ts';
import { xdrRequester } from './xdr-requester.ts';
import { xhrRequester } from './xhr-requester.ts';

/**
 * Best first. The first sends headers and cookies, the second does not, and the third works around
 * the lack of both.
 */
const REQUESTERS: Requester[] = [xhrRequester, xdrRequester, scriptRequester];

/**
 * The requester that creates a session and sends its frames: the one that the best carrier names,
 * or the first that works here.
 */
export function requesterFor(
  kind: CarrierKind | undefined,
  platform: Platform,
  crossOrigin: boolean,
  url: string
): Requester | undefined {
  for (let i = 0; kind && !kind._requester && i < REQUESTERS.length; i += 1) {
    const requester = REQUESTERS[i] as Requester;
    if (requester._works(platform, crossOrigin, url)) return requester;
  }
  return kind && kind._requester;
}
