import type { Document, Page } from '../../browser.d.ts';
import { addressOf } from '../wire/address.ts';
import { startPosition } from '../wire/frame.ts';
import { readText } from '../wire/text-form.ts';
import { createAlarm } from './alarm.ts';
import type { Attachments, Carrier, CarrierEvents, SessionContext } from './carrier.ts';
import { expose, insertFrame, newName, remove } from './element.ts';
import type { Platform } from './platform.ts';

/**
 * Milliseconds between looks at the frame: its own events are not to be relied on in IE (WSE client
 * code).
 */
const LOOK = 50;

/**
 * A document without end in a frame of `window`, whose scripts call back as they come (PROTOCOL.md
 * §4.5). `freed` is called when the frame is gone.
 */
export function openFrameStream(
  platform: Platform,
  context: SessionContext,
  attachments: Attachments,
  events: CarrierEvents,
  action: string,
  window: Page,
  freed?: () => void
): Carrier {
  const page = platform._page;
  const position = startPosition();
  const name = newName();
  const again = createAlarm(platform, look);
  let running = false;
  let closed = false;

  function run(text: string): void {
    // The document has this function for as long as it runs.
    if (closed) return;
    if (!again._isSet()) again._set(LOOK);
    // Numbering goes on from script to script, reading begins anew.
    position._at = position._seen = 0;
    running = true;
    events._frames(readText(position, text));
    running = false;
    // IE and KHTML go down if a frame is taken away while a script of it runs.
    if (closed) page.setTimeout(free, 0);
  }

  function look(): void {
    let state: string | undefined = 'complete';
    try {
      state = ((frame.contentWindow as Page).document as Document).readyState;
    } catch (_) {
      // the page has emptied itself, and the frame with it
    }
    again._set(LOOK);
    // It ended, or was cut where the engine shows a cut: WebKit and KHTML do not, and only silence
    // tells there.
    if (state === 'complete') {
      close();
      events._over(false, '');
    }
  }

  function free(): void {
    remove(frame);
    if (freed) freed();
  }

  function close(): void {
    closed = forget();
    again._clear();
    if (!running) free();
  }

  const forget = expose(window, name, run);
  const frame = insertFrame(
    window.document as Document,
    addressOf(context.url, action, context._token) + '?d=' + attachments.join('&s=') + '#' + name.substring(3)
  );
  return { _close: close };
}
