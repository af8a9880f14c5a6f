import type { Document } from '../../browser.d.ts';
import { shimFolder } from '../browser/shim-folder.ts';
import type { Bytes } from '../lang/bytes.ts';
import { createAlarm } from './alarm.ts';
import type { DirectSocket, DirectSocketEvents, DirectSocketHooks } from './direct-socket.ts';
import { insert, remove } from './element.ts';
import type { Platform } from './platform.ts';

/** What a lazy script needs to open a socket. */
export interface SocketOptions {
  readonly url: string;
  readonly protocols: string[];
  /** Serialized origin of the page. */
  readonly origin: string;
  /** Allowed transports, in order. Null is the default order. */
  readonly transports: string[] | null;
  /** Class of binary messages in engines without typed arrays. */
  readonly bytes: new (
    bytes: number[]
  ) => Bytes;
  readonly events: DirectSocketEvents;
  readonly hooks: DirectSocketHooks;
  /** What became of the steps before, encoded (PROTOCOL.md §3.5). Shims of 0.1.0 have none. */
  readonly steps?: string;
  /** Reports a step of a connection that runs elsewhere. `current` is its transport. */
  step(current: string, transport: string, what: string): void;
}

/**
 * A separate script that opens sockets in a way that few pages need. It is served as `/shim/<file>`
 * and stores itself in a global variable. Both scripts use the names of these types and of those in
 * direct-socket.ts. The build must not shorten them, so none begins with an underscore.
 */
export interface LazyScript {
  open(options: SocketOptions): DirectSocket;
}

export type LazyScriptName = 'FallbackGatewayFlash' | 'FallbackGatewayBridge' | 'FallbackGatewayScripts';

/** Milliseconds that the script may take to load. */
const LOAD_TIMEOUT = 2500;

/**
 * Loads a script from the gateway at `origin`. `done` gets undefined if it does not load. The
 * returned function cancels the load.
 */
export function loadLazyScript<Script = LazyScript>(
  platform: Platform,
  origin: string,
  file: string,
  name: LazyScriptName,
  done: (script: Script | undefined) => void
): () => void {
  const page = platform._page;
  const document = page.document as Document;
  const element = document.createElement('script');
  const timeout = createAlarm(platform, finish);

  function forget(): void {
    timeout._clear();
    element.onload = element.onerror = element.onreadystatechange = null;
    remove(element);
  }

  function finish(): void {
    forget();
    done(page[name] as Script | undefined);
  }

  timeout._set(page[name] ? 0 : LOAD_TIMEOUT);
  if (!page[name]) {
    element.onload =
      element.onerror =
      element.onreadystatechange =
        () => {
          // IE up to 8 fires one event for everything: also for failures, and before the script has
          // run.
          if (page[name] || !element.readyState) finish();
        };
    try {
      element.src = shimFolder(document, origin) + file;
      insert(document, element);
    } catch (_) {
      // A page that requires Trusted Types.
      timeout._set(0);
    }
  }
  return forget;
}
