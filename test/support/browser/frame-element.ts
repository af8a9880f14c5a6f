import { createContext, runInContext } from 'node:vm';
import type { Element } from './document.ts';
import { type Network, request } from './network.ts';

/**
 * Bytes of a document that Internet Explorer has before it runs a script of it (WSE client code).
 */
const HELD_BACK = 1024;
const SCRIPT = /<script>([\s\S]*?)<\/script>/g;

/**
 * Loads a frame of `parent` and runs its inline scripts as they come; nothing else of a document is
 * there. Calling the result ends that: the frame was taken away.
 *
 * Facts: a frame's own events are not to be relied on in Internet Explorer, so there are none here
 * (WSE client code); a frame that is taken away while a script of it runs takes the browser with
 * it; a document that was cut is complete in Internet Explorer, and looks to be loading for ever in
 * WebKit (seen in PhantomJS 1.9 and Chromium 156). Until the answer begins a frame holds an empty
 * document (HTML, "create a new child navigable").
 */
export function loadFrameElement(network: Network, parent: object, frame: Element): () => void {
  const url = new URL(frame.src, network.page);
  const document = { readyState: 'loading' };
  const window = createContext({
    parent,
    document,
    location: { href: url.href, hash: url.hash },
  });
  Object.assign(frame, { contentWindow: { parent, document: { readyState: 'complete' } } });
  const text = new TextDecoder();
  let rest = '';
  let length = 0;
  let running = false;
  let over = false;

  function run(): void {
    for (const [element, code] of rest.matchAll(SCRIPT)) {
      if (over) return;
      rest = rest.slice(rest.indexOf(element as string) + (element as string).length);
      running = true;
      network.call(() => runInContext(code as string, window), undefined);
      running = false;
    }
  }

  const abort = request(
    network,
    { method: 'GET', url, headers: new Map(), body: undefined, withCredentials: true, noCors: true },
    {
      head: (answer) => {
        Object.assign(frame, { contentWindow: window });
        over = !/^text\/html\b/.test(answer.headers['content-type'] ?? '');
      },
      data: (chunk) => {
        length += chunk.length;
        rest += text.decode(chunk, { stream: true });
        if (!network.ie || length > HELD_BACK) run();
      },
      end: () => {
        run();
        document.readyState = 'complete';
      },
      fail: () => {
        if (network.ie) document.readyState = 'complete';
      },
    },
  );
  return () => {
    over = true;
    Object.assign(frame, { contentWindow: null });
    abort();
    if (running) {
      network.call(() => {
        throw new Error('a frame was taken away while a script of it ran');
      }, undefined);
    }
  };
}
