import type { Document, MessageEvent, Page } from '../../browser.d.ts';
import { onMessages } from '../browser/messages.ts';
import { plainOrigin } from '../browser/place.ts';
import { type Bytes, binaryString } from '../lang/bytes.ts';
import { nothing } from '../lang/nothing.ts';
import { VERSION } from '../lang/version.ts';
import { createAlarm } from '../transport/alarm.ts';
import { insertFrame, remove } from '../transport/element.ts';
import type { LazyScript, SocketOptions } from '../transport/lazy-script.ts';
import type { Platform } from '../transport/platform.ts';
import { httpOrigin } from '../wire/address.ts';
import { encodeBridge, readBridge } from '../wire/bridge.ts';
import { encodeFields } from '../wire/parameters.ts';
import { binaryOf, charactersOf } from '../wire/payload.ts';
import { escapeText, unescapeText } from '../wire/text-form.ts';

/** Milliseconds that the bridge may take to load and greet. */
const GREETING_TIMEOUT = 3000;
/** Milliseconds between checks whether the bridge is present and needed. */
const LOOK = 5000;

/**
 * Creates bridges. A bridge is a page of the gateway in a hidden frame. It opens connections as the
 * gateway's own pages do: with cookies, and over all transports (PROTOCOL.md §14). All sockets to a
 * gateway share one bridge.
 */
export function createBridges(platform: Platform): LazyScript['open'] {
  const bridges: { [origin: string]: LazyScript | undefined } = {};
  return (opening) => {
    const origin = httpOrigin(opening.url);
    const bridge =
      bridges[origin] ||
      createBridge(platform, origin, () => {
        bridges[origin] = undefined;
      });
    bridges[origin] = bridge;
    return bridge.open(opening);
  };
}

function createBridge(platform: Platform, origin: string, gone: () => void): LazyScript {
  const users: { [id: string]: SocketOptions } = {};
  /** The greeting that the bridge sent when it had loaded. Empty before that. */
  let greeted = '';
  let last = 0;
  let sent = 0;
  let seen = 0;
  const stop = onMessages(take);
  const frame = insertFrame(platform._page.document as Document, origin + '/shim/bridge.html?v=' + VERSION);
  const look = createAlarm(platform, () => {
    let needed = false;
    each(() => {
      needed = true;
    });
    // The frame loses its window when the page removes its content.
    if (greeted && needed && frame.contentWindow) look._set(LOOK);
    else end();
  });
  look._set(GREETING_TIMEOUT);

  function end(): void {
    stop();
    look._clear();
    remove(frame);
    gone();
    each((id) => {
      const user = leave(id) as SocketOptions;
      if (greeted) closed(user, 1006, '', false, true);
      else user.hooks.passed('bridge mute');
    });
  }

  function each(tell: (id: string) => void): void {
    // Some old pages extend Object.prototype. Those properties are not numbers.
    for (const id in users) if (+id) tell(id);
  }

  /** Removes a user. */
  function leave(id: string): SocketOptions | undefined {
    const user = users[id];
    delete users[id];
    return user;
  }

  function closed(
    user: SocketOptions,
    code: number,
    reason: string,
    wasClean: boolean,
    failed: boolean
  ): void {
    user.hooks.over(code);
    if (wasClean) user.events.closing();
    user.events.closed(code, reason, wasClean, failed);
  }

  function post(id: string, verb: string, data: string): void {
    const window = frame.contentWindow as Page | null;
    sent += 1;
    if (greeted && window && window.postMessage)
      window.postMessage(encodeBridge(sent, id, verb, data), origin);
  }

  function sendRequest(id: string): void {
    const { url, protocols, transports } = users[id] as SocketOptions;
    post(
      id,
      'O',
      encodeFields({
        url: url,
        protocols: protocols.join(','),
        transports: transports ? transports.join(',') : ''
      })
    );
  }

  function take(event: MessageEvent): void {
    // biome-ignore lint/suspicious/noDoubleEquals: IE gives out another object for the same window each time, and takes them for equal
    if (event.source != frame.contentWindow || plainOrigin('' + event.origin) !== origin) return;
    const parts = readBridge(event.data);
    const verb = parts && parts[3];
    // If the page moves the frame, it is loaded again. Users whose connections were in it would
    // wait forever.
    if (parts && verb === 'H' && greeted && greeted !== verb + parts[4]) end();
    else if (parts && +(parts[1] as string) > seen) {
      seen = +(parts[1] as string);
      const id = parts[2] as string;
      const user = users[id];
      if (verb === 'H') {
        greeted = verb + parts[4];
        each(sendRequest);
      } else if (user) tell(user, id, verb as string, parts[4] as string);
    }
  }

  function tell(user: SocketOptions, id: string, verb: string, data: string): void {
    const { events, hooks } = user;
    const parts = data.split(',');
    if (verb === 'O') {
      hooks.opened();
      events.open(data, '');
    } else if (verb === 'A') events.sent(+data);
    else if (verb === 'S') user.step(parts[0] as string, parts[1] as string, parts.slice(2).join());
    else if (verb === 'C') {
      leave(id);
      closed(user, +(parts[0] as string), parts.slice(3).join(), parts[1] === 'true', parts[2] === 'true');
    } else {
      const text = unescapeText(data);
      events.message(verb === 'B' ? binaryOf(platform._page, text, user.bytes) : text);
    }
  }

  return {
    open: (opening) => {
      last += 1;
      const id = '' + last;
      users[id] = opening;
      if (greeted) sendRequest(id);
      return {
        send: (data, size) => {
          const text = typeof data === 'string';
          // The shim's own Bytes is a class of another script.
          const bytes = (data as Bytes).bytes;
          post(
            id,
            text ? 'T' : 'B',
            size +
              ',' +
              escapeText(text ? data : bytes ? binaryString(bytes, 0, bytes.length) : charactersOf(data))
          );
        },
        close: (code, reason) => post(id, 'C', code + ',' + reason),
        settle: nothing,
        abandon: () => {
          if (leave(id)) post(id, 'X', '');
        }
      };
    }
  };
}
