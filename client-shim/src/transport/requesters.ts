import type { CarrierKind } from './carrier.ts';
import type { Platform } from './platform.ts';
import type { Requester } from './requester.ts';
import { scriptRequester } from './script-requester.ts';
import { xdrRequester } from './xdr-requester.ts';
import { xhrRequester } from './xhr-requester.ts';

/** Best first: with headers and cookies, without them, and by what was never meant for it. */
const REQUESTERS: Requester[] = [xhrRequester, xdrRequester, scriptRequester];

/**
 * How a session is made and sent on: as its best carrier wants it, else in the first way that works
 * here.
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
