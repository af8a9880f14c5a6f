import type { Document } from '../../browser.d.ts';
import type { Bytes } from '../lang/bytes.ts';
import { insert } from './element.ts';
import type { Platform } from './platform.ts';
import type { Native, NativeEvents, NativeHooks } from './websocket.ts';

/** What is to be opened. */
export interface FlashOpening {
  readonly url: string;
  readonly protocols: string[];
  /** Serialized origin of the page. */
  readonly origin: string;
  /** What binary messages are made of where the engine has no typed arrays. */
  readonly bytes: new (
    octets: number[]
  ) => Bytes;
  readonly events: NativeEvents;
  readonly hooks: NativeHooks;
}

/**
 * What `/shim/flash-socket.js` brings. It is a script of its own, so that none of the names of these types, nor of those of `Native`, may be among the ones that
 * are shortened (build/bundle.ts).
 */
export interface FlashScript {
  open(opening: FlashOpening): Native;
}

/** Milliseconds for the script to arrive. */
const PATIENCE = 2500;

/**
 * Whether there is a Flash player, and a page that may use it: over http to ws, as a page of https may open nothing that is not encrypted and a movie opens
 * nothing that is.
 */
export function hasFlash(platform: Platform, origin: string, url: string): boolean {
  const page = platform.page;
  try {
    return (
      /^http:.* ws:/.test(origin + ' ' + url) &&
      !!(
        (page.navigator?.plugins || {})['Shockwave Flash'] ||
        new (page.ActiveXObject as NonNullable<typeof page.ActiveXObject>)('ShockwaveFlash.ShockwaveFlash')
      )
    );
  } catch (_) {
    return false;
  }
}

/** Fetches what opens sockets by Flash from the gateway at `origin`; undefined is told where it does not come. Calling the result gives it up. */
export function loadFlash(
  platform: Platform,
  origin: string,
  done: (flash: FlashScript | undefined) => void
): () => void {
  const page = platform.page;
  const document = page.document as Document;
  const script = document.createElement('script');
  const late = page.setTimeout(finish, page.FallbackGatewayFlash ? 0 : PATIENCE);

  function forget(): void {
    page.clearTimeout(late);
    script.onload = script.onerror = script.onreadystatechange = null;
  }

  function finish(): void {
    forget();
    done(page.FallbackGatewayFlash as FlashScript | undefined);
  }

  if (!page.FallbackGatewayFlash) {
    script.onload =
      script.onerror =
      script.onreadystatechange =
        () => {
          // IE up to 8 has one event for everything: for a failure, too, and for what is not there yet.
          if (page.FallbackGatewayFlash || !script.readyState) finish();
        };
    script.src = origin + '/shim/flash-socket.js';
    insert(document, script);
  }
  return forget;
}
