import { byScript } from './by-script.ts';
import { byXdr } from './by-xdr.ts';
import { byXhr } from './by-xhr.ts';
import type { CarrierKind } from './carrier.ts';
import type { Platform } from './platform.ts';
import type { Way } from './request.ts';

/** Best first: with headers and cookies, without them, and by what was never meant for it. */
const WAYS: Way[] = [byXhr, byXdr, byScript];

/** How a session is made and sent on: as its best carrier wants it, else in the first way that works here. */
export function wayFor(
  kind: CarrierKind | undefined,
  platform: Platform,
  crossOrigin: boolean,
  url: string
): Way | undefined {
  for (let i = 0; kind && !kind.way && i < WAYS.length; i += 1) {
    const way = WAYS[i] as Way;
    if (way.works(platform, crossOrigin, url)) return way;
  }
  return kind && kind.way;
}
