import type { Document, Page } from '../../browser.d.ts';
import { addressOf } from '../wire/address.ts';
import { startPosition } from '../wire/frame.ts';
import { readText } from '../wire/text-form.ts';
import { createAlarm } from './alarm.ts';
import type { Attachments, Carrier, CarrierEvents, SessionContext } from './carrier.ts';
import { expose, insertFrame, newName, remove } from './element.ts';
import type { Platform } from './platform.ts';

/**
 * Milliseconds between checks of the frame. Its own events are not reliable in IE (WSE client
 * code).
 */
const CHECK_INTERVAL = 50;

/**
 * Opens an endless document in a frame of `window`. Its scripts call back as they arrive
 * (PROTOCOL.md §4.5). `freed` is called when the frame has been removed.
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
  const position = startPosition();
  const name = newName();
  const nextCheck = createAlarm(platform, check);
  let running = false;
  let began = false;
  let closed = false;

  function run(text: string): void {
    // The document may still call this function after it was closed.
    if (closed) return;
    // Numbering continues from script to script, but each script brings a new text.
    position._at = position._seen = 0;
    running = began = true;
    events._frames(readText(position, text));
    running = false;
    // IE and KHTML crash if a frame is removed while one of its scripts runs.
    if (closed) platform._setTimeout(free, 0);
  }

  function check(): void {
    let reason: string | undefined;
    try {
      const state = ((frame.contentWindow as Page).document as Document).readyState;
      // The response ended, or broke off in an engine that shows it. WebKit and KHTML do not; there
      // only the silence shows it. Before the first script it may be the state of the empty
      // document that the frame starts with.
      if (began && state === 'complete') reason = '';
    } catch (error) {
      // The page has set `document.domain`, a policy forbids the frame, or the page removed its
      // content, and the frame with it.
      reason = '' + error;
    }
    nextCheck._set(CHECK_INTERVAL);
    if (reason !== undefined) {
      close();
      events._over(false, reason);
    }
  }

  function free(): void {
    remove(frame);
    if (freed) freed();
  }

  function close(): void {
    closed = forget();
    nextCheck._clear();
    if (!running) free();
  }

  const forget = expose(window, name, run);
  const frame = insertFrame(
    window.document as Document,
    addressOf(context.url, action, context._node, context._token) +
      '?d=' +
      attachments.join('&s=') +
      '#' +
      name.substring(3)
  );
  nextCheck._set(CHECK_INTERVAL);
  return { _close: close };
}
