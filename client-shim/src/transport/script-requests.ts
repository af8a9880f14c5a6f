import type { Document, Element, Location, Page } from '../../browser.d.ts';
import { nothing } from '../lang/nothing.ts';
import { encodeUri } from '../wire/utf8.ts';
import { expose, insert, remove } from './element.ts';
import type { ScriptRequests } from './script-requester.ts';
import { unwrap } from './unwrap.ts';

/** Longest address in characters: IE accepts 2,083, and some proxies no more than 2,000. */
const LONGEST = 2000;
/**
 * Characters of such an address beside the gateway's own and the frames: token, `#`, `A`, names.
 */
const AROUND = 200;
/** Milliseconds within which old IE may run a script after it reported that it loaded or failed. */
const GRACE = 1000;

interface ScriptRequest {
  readonly page: Page;
  readonly document: Document;
  readonly later: (run: () => void, ms: number) => void;
  readonly newName: () => string;
  readonly address: string;
  readonly quiet: boolean | undefined;
  readonly done: (status: number, text: string) => void;
}

/**
 * Sends by script tags, and by forms if the body is long (PROTOCOL.md §4.4). This works in every
 * engine with a document, to any origin.
 */
export function createScriptRequests(page: Page): ScriptRequests {
  const document = page.document as Document;
  const hasForms = !!document.createElement('form').submit;
  return {
    // Without forms, the body must fit into an address. A character takes at most nine characters
    // there, and the outbox counts it as three bytes.
    room: (address) => (hasForms ? Infinity : 512 + Math.max(90, (LONGEST - AROUND - address.length) / 3)),
    post: (later, newName, address, body, unloads, quiet, done) => {
      const request: ScriptRequest = { page, document, later, newName, address, done, quiet };
      try {
        // `#` comes before numbered frames. No other request has one.
        return body.indexOf('#') >= 0 && hasForms
          ? postForm(request, body)
          : getScript(request, body, unloads ? 'img' : 'script');
      } catch (error) {
        // A page that requires Trusted Types, or has replaced what a document can do.
        later(() => done(0, '' + error), 0);
        return nothing;
      }
    }
  };
}

/**
 * Inserts a script. Its address is the request, and running it is the response. When the page is
 * being unloaded, engines still request an image.
 */
function getScript(request: ScriptRequest, body: string, tag: string): () => void {
  const { page, document } = request;
  const name = request.newName();
  const script = document.createElement(tag);

  /** Ends the request; false if it had ended. */
  function forget(): boolean {
    if (!conceal()) return false;
    script.onload = script.onerror = script.onreadystatechange = null;
    remove(script);
    return true;
  }

  function finish(status: number, text: string): void {
    if (forget()) request.done(status, text);
  }

  function ended(): void {
    const state = script.readyState;
    if (!state || /loaded|complete/.test(state)) request.later(() => finish(0, ''), state ? GRACE : 0);
  }

  const conceal = expose(page, name, (text) => unwrap(text, finish));
  script.onload = script.onerror = script.onreadystatechange = ended;
  script.src = request.address + '?c=' + name + '&b=' + encodeUri(body) + (request.quiet ? '&l=0' : '');
  insert(document, script);
  return forget;
}

/**
 * Submits a form into a hidden frame. The response cannot be read across origins. When it has
 * arrived, a script asks the gateway how much it has received.
 */
function postForm(request: ScriptRequest, body: string): () => void {
  const { page, document } = request;
  const name = request.newName();
  const holder = document.createElement('div');
  let abort = clear;

  holder.style.display = 'none';
  // Markup, because IE up to 7 only knows a frame by the name that it was created with. Without
  // `src`, IE 6 warns on secure pages.
  holder.innerHTML =
    '<form method="post" target="' +
    name +
    '"><textarea name="b"></textarea></form><iframe name="' +
    name +
    (page.ActiveXObject ? '" src="javascript:0' : '') +
    '"></iframe>';
  const form = holder.firstChild as Element;
  const frame = holder.lastChild as Element;

  function clear(): void {
    frame.onload = frame.onreadystatechange = null;
    // Later, because IE crashes if a frame is removed in its own event.
    request.later(() => remove(holder), 0);
  }

  function arrived(): void {
    if (frame.readyState && frame.readyState !== 'complete') return;
    try {
      // The empty page that the frame starts with fires an event as well.
      if (/^(about|javascript):/.test(((frame.contentWindow as Page).location as Location).href)) return;
    } catch (_) {
      // The document has another origin, so it is the response.
    }
    clear();
    abort = getScript(request, body.substring(0, body.indexOf(';')) + ';A0\x1e', 'script');
  }

  form.action = request.address + '?f=1';
  (form.firstChild as Element).value = encodeUri(body);
  insert(document, holder);
  frame.onload = frame.onreadystatechange = arrived;
  (form.submit as () => void)();
  return () => abort();
}
