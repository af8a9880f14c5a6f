import { type Network, request } from './network.ts';

/** The frame that a form is sent to. */
export interface FrameElement {
  readyState?: string;
  contentWindow?: unknown;
  onload?: unknown;
  onreadystatechange?: unknown;
  readonly tagName: string;
}

/**
 * Sends a form as `application/x-www-form-urlencoded`, and shows the answer, or the browser's own
 * page of an error, in the frame.
 */
export function submitForm(
  network: Network,
  address: string,
  fields: readonly (readonly [name: string, value: string])[],
  frame: FrameElement,
): () => void {
  const url = new URL(address, network.page);
  const shown = (): void => {
    // A page of another origin, as an error page is one, says nothing of itself.
    frame.contentWindow = {
      get location(): object {
        if (url.origin === network.page.origin) return { href: url.href };
        throw new Error('Permission denied');
      },
    };
    if (network.ie) {
      frame.readyState = 'complete';
      network.call(frame.onreadystatechange, frame);
    } else network.call(frame.onload, frame);
  };
  if (network.ie) frame.readyState = 'loading';
  const requested = {
    method: 'POST',
    url,
    headers: new Map([['Content-Type', 'application/x-www-form-urlencoded']]),
    body: Buffer.from(new URLSearchParams(fields as [string, string][]).toString()),
    withCredentials: true,
    noCors: true,
  };
  return request(network, requested, { head: () => {}, data: () => {}, end: shown, fail: shown });
}
