import { type Network, request } from './network.ts';

/**
 * What is used of a script element. In Internet Explorer up to 8 it has `readyState` and no
 * `onload`.
 */
export interface ScriptElement {
  readonly src: string;
  readyState?: string;
  onload?: unknown;
  onerror?: unknown;
  onreadystatechange?: unknown;
}

/**
 * Fetches and runs what a page has put into its document. Taking the element away again stops
 * neither.
 */
export function loadScriptElement(
  network: Network,
  run: (code: string) => void,
  script: ScriptElement,
): void {
  const chunks: Buffer[] = [];
  let status = 0;
  const end = (ok: boolean): void => {
    if (!network.ie) {
      network.call(ok ? script.onload : script.onerror, script);
      return;
    }
    // It tells nothing but that it is over.
    script.readyState = 'loaded';
    network.call(script.onreadystatechange, script);
  };
  if (network.ie) script.readyState = 'loading';
  const requested = {
    method: 'GET',
    url: new URL(script.src, network.page),
    headers: new Map<string, string>(),
    body: undefined,
    withCredentials: true,
    noCors: true,
  };
  request(network, requested, {
    head: (answer) => {
      status = answer.statusCode ?? 0;
      if (!/javascript/.test(answer.headers['content-type'] ?? '')) status = 0;
    },
    data: (chunk) => chunks.push(chunk),
    end: () => {
      const ok = status === 200;
      if (ok) network.call(() => run(Buffer.concat(chunks).toString('utf8')), undefined);
      end(ok);
    },
    fail: () => end(false),
  });
}
