import type { Document, Element, Location, Page } from '../../browser.d.ts';
import { encodeUri } from '../wire/utf8.ts';
import { expose, insert, newName, remove } from './element.ts';
import type { Platform } from './platform.ts';
import type { Request, Requester, RequestOptions } from './requester.ts';
import { unwrap } from './unwrap.ts';

/** Characters that an address may have: IE takes 2,083, and some proxies no more than 2,000. */
const LONGEST = 2000;
/** What is in such an address beside the gateway's own and the frames: token, `#`, `A`, names. */
const AROUND = 200;
/** Milliseconds that old IE may run a script after it reported its end or its failure. */
const GRACE = 1000;

/**
 * By script tags and, for what is long, forms (PROTOCOL.md §4.4): goes to any origin from any
 * engine with a document.
 */
export const scriptRequester: Requester = { _works: hasScript, _post: post, _maxBody: room };

export function hasScript(platform: Platform): boolean {
  return !!platform._page.document;
}

/**
 * Only an address can hold what is sent where no form can. A character takes nine there at most,
 * and the outbox takes three bytes for one.
 */
function room(platform: Platform, address: string): number {
  return hasForms(platform) ? Infinity : 512 + Math.max(90, (LONGEST - AROUND - address.length) / 3);
}

function hasForms(platform: Platform): boolean {
  return !!documentOf(platform).createElement('form').submit;
}

function documentOf(platform: Platform): Document {
  return platform._page.document as Document;
}

function post(
  platform: Platform,
  address: string,
  body: string | ArrayBuffer,
  { _sync: sync }: RequestOptions,
  done?: (status: number, text: string) => void
): Request {
  const text = body as string;
  // Where numbered frames begin; no other request has one.
  return text.indexOf('#') >= 0 && hasForms(platform)
    ? postForm(platform, address, text, done)
    : getScript(platform, address, text, sync ? 'img' : 'script', done);
}

/**
 * A script whose address is the request and whose run is the answer. Of a page that is left,
 * engines still ask for an image.
 */
function getScript(
  platform: Platform,
  address: string,
  body: string,
  tag: string,
  done?: (status: number, text: string) => void
): Request {
  const page = platform._page;
  const document = documentOf(platform);
  const name = newName();
  const script = document.createElement(tag);

  /** Whether it still was under way. */
  function forget(): boolean {
    if (!conceal()) return false;
    script.onload = script.onerror = script.onreadystatechange = null;
    remove(script);
    return true;
  }

  function finish(status: number, text: string): void {
    if (forget() && done) done(status, text);
  }

  function ended(): void {
    const state = script.readyState;
    if (!state || /loaded|complete/.test(state)) page.setTimeout(() => finish(0, ''), state ? GRACE : 0);
  }

  const conceal = expose(page, name, (text) => unwrap(text, finish));
  script.onload = script.onerror = script.onreadystatechange = ended;
  script.src = address + '?c=' + name + '&b=' + encodeUri(body);
  insert(document, script);
  return { _abort: forget };
}

/**
 * A form into a hidden frame. The answer cannot be read across origins: when it is there, a script
 * asks how far the gateway is.
 */
function postForm(
  platform: Platform,
  address: string,
  body: string,
  done?: (status: number, text: string) => void
): Request {
  const page = platform._page;
  const document = documentOf(platform);
  const name = newName();
  const holder = document.createElement('div');
  let request: Request | undefined;

  holder.style.display = 'none';
  // As a text: IE up to 7 knows a frame by the name it is made with. Without `src` IE6 warns on
  // secure pages.
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
    // Later: IE goes down if a frame is taken away in its own event.
    page.setTimeout(() => remove(holder), 0);
  }

  function arrived(): void {
    if (frame.readyState && frame.readyState !== 'complete') return;
    try {
      // The empty page that was there before has an event as well.
      if (/^(about|javascript):/.test(((frame.contentWindow as Page).location as Location).href)) return;
    } catch (_) {
      // It is of another origin: the answer.
    }
    clear();
    request = getScript(platform, address, body.substring(0, body.indexOf(';')) + ';A0\x1e', 'script', done);
  }

  form.action = address + '?f=1';
  (form.firstChild as Element).value = encodeUri(body);
  insert(document, holder);
  frame.onload = frame.onreadystatechange = arrived;
  (form.submit as () => void)();
  return {
    _abort: () => {
      if (request) request._abort();
      else clear();
    }
  };
}
