import { nothing } from '../lang/nothing.ts';
import { newName } from './element.ts';
import { loadLazyScript } from './lazy-script.ts';
import type { Platform } from './platform.ts';
import type { Requester } from './requester.ts';

/**
 * The separate script `/shim/script-requests.js`. As with the others, its names are not shortened
 * and stay as they are (lazy-script.ts).
 */
export interface ScriptRequests {
  /** The largest body in bytes for the `send` action at `address`. */
  room(address: string): number;
  /**
   * Sends a request; the returned function cancels it. `later` and `newName` are the shim's: the
   * names in a window are counted in one place. `unloads`: the page is being unloaded. `quiet`: no
   * login dialogue yet (PROTOCOL.md §3.4).
   */
  post(
    later: (run: () => void, ms: number) => void,
    newName: () => string,
    address: string,
    body: string,
    unloads: boolean | undefined,
    quiet: boolean | undefined,
    done: (status: number, text: string) => void
  ): () => void;
}

/**
 * Sends by script tags and forms, in every engine with a document, to any origin. The code is a
 * separate script: few engines need it, and a page that may not load that script may not make such
 * requests either. A script that does not load is a request without a response, and the next
 * request loads it again.
 */
export const scriptRequester: Requester = {
  _works: hasScript,
  _post: (platform, address, body, options, done = nothing) => {
    const script = loaded(platform);
    let abort: () => void = nothing;

    function send(requests: ScriptRequests | undefined): void {
      if (requests)
        abort = requests.post(
          platform._setTimeout,
          newName,
          address,
          body as string,
          options._sync,
          options._quiet,
          done
        );
      else done(0, 'no script');
    }

    // At once, because a page that is being unloaded has no later task.
    if (script) send(script);
    else
      abort = loadLazyScript(
        platform,
        address.replace(/([^/])\/[^/].*/, '$1'),
        'script-requests.js',
        'FallbackGatewayScripts',
        send
      );
    return { _abort: () => abort() };
  },
  // The request that created the session has loaded the script.
  _maxBody: (platform, address) => (loaded(platform) as ScriptRequests).room(address),
  _asksUser: true
};

export function hasScript(platform: Platform): boolean {
  return !!platform._page.document;
}

function loaded(platform: Platform): ScriptRequests | undefined {
  return platform._page.FallbackGatewayScripts as ScriptRequests | undefined;
}
