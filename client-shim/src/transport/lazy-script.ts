import type { Document } from '../../browser.d.ts';
import type { Bytes } from '../lang/bytes.ts';
import { createAlarm } from './alarm.ts';
import { insert, remove } from './element.ts';
import type { Platform } from './platform.ts';
import type { DirectSocket, DirectSocketEvents, DirectSocketHooks } from './websocket.ts';

/** What is to be opened. */
export interface SocketOptions {
  readonly url: string;
  readonly protocols: string[];
  /** Serialized origin of the page. */
  readonly origin: string;
  /** Transports allowed, in order; null = the default order. */
  readonly transports: string[] | null;
  /** What binary messages are made of where the engine has no typed arrays. */
  readonly bytes: new (
    bytes: number[]
  ) => Bytes;
  readonly events: DirectSocketEvents;
  readonly hooks: DirectSocketHooks;
  /** A step was taken elsewhere, where `current` is the transport in use. */
  step(current: string, transport: string, what: string): void;
}

/**
 * A way to open sockets that few pages need, and that is a script of its own: `/shim/<file>` puts it on the page under a name. None of the names of these types, nor of those
 * of `Native`, may be among the ones that are shortened (build/bundle.ts).
 */
export interface LazyScript {
  open(opening: SocketOptions): DirectSocket;
}

export type LazyScriptName = 'FallbackGatewayFlash' | 'FallbackGatewayBridge';

/** Milliseconds for the script to arrive. */
const LOAD_TIMEOUT = 2500;

/** Fetches a part from the gateway at `origin`; undefined is told where it does not come. Calling the result gives it up. */
export function loadLazyScript(
  platform: Platform,
  origin: string,
  file: string,
  name: LazyScriptName,
  done: (part: LazyScript | undefined) => void
): () => void {
  const page = platform._page;
  const document = page.document as Document;
  const script = document.createElement('script');
  const late = createAlarm(platform, finish);

  function forget(): void {
    late._clear();
    script.onload = script.onerror = script.onreadystatechange = null;
    remove(script);
  }

  function finish(): void {
    forget();
    done(page[name] as LazyScript | undefined);
  }

  late._set(page[name] ? 0 : LOAD_TIMEOUT);
  if (!page[name]) {
    script.onload =
      script.onerror =
      script.onreadystatechange =
        () => {
          // IE up to 8 has one event for everything: for a failure, too, and for what is not there yet.
          if (page[name] || !script.readyState) finish();
        };
    script.src = origin + '/shim/' + file;
    insert(document, script);
  }
  return forget;
}
