import type { Document, MessageEvent, Page } from '../../browser.d.ts';
import { onMessages } from '../browser/messages.ts';
import { plainOrigin } from '../browser/place.ts';
import { VERSION } from '../lang/version.ts';
import { createAlarm } from '../session/alarm.ts';
import { insertFrame, remove } from '../transport/element.ts';
import type { Platform } from '../transport/platform.ts';
import type { Native, NativeEvents, NativeHooks } from '../transport/websocket.ts';
import { httpOrigin } from '../wire/address.ts';
import { readBridge, spellBridge } from '../wire/bridge.ts';
import { spellFields } from '../wire/parameters.ts';
import { binaryOf, charactersOf } from '../wire/payload.ts';
import { escapeText, unescapeText } from '../wire/text-form.ts';
import type { Target } from './connection.ts';

/** Milliseconds for the bridge to load and greet. */
const PATIENCE = 3000;
/** Milliseconds between looks whether it is there and needed. */
const LOOK = 5000;

export interface BridgeHooks extends NativeHooks {
  /** A step that the bridge took; `current` is the transport in use there. */
  step(current: string, transport: string, what: string): void;
}

/** Opens a connection through the bridge of the target's gateway. */
export type OpenBridged = (target: Target, events: NativeEvents, hooks: BridgeHooks) => Native;

interface User {
  readonly target: Target;
  readonly events: NativeEvents;
  readonly hooks: BridgeHooks;
}

interface Bridge {
  open: OpenBridged;
}

/**
 * A page of the gateway's in a hidden frame, in which connections are made as the gateway's own pages make them: with cookies, and over all
 * transports (PROTOCOL.md §14). One for all sockets to a gateway.
 */
export function createBridges(platform: Platform): OpenBridged {
  const bridges: { [origin: string]: Bridge | undefined } = {};
  return (target, events, hooks) => {
    const origin = httpOrigin(target.url);
    const bridge =
      bridges[origin] ||
      createBridge(platform, origin, () => {
        bridges[origin] = undefined;
      });
    bridges[origin] = bridge;
    return bridge.open(target, events, hooks);
  };
}

function createBridge(platform: Platform, origin: string, gone: () => void): Bridge {
  const users: { [id: string]: User } = {};
  let greeted = false;
  let last = 0;
  let sent = 0;
  let seen = 0;
  const stop = onMessages(take);
  const frame = insertFrame(platform.page.document as Document, origin + '/shim/bridge.html?v=' + VERSION);
  const look = createAlarm(platform, () => {
    let needed = false;
    for (const _ in users) needed = true;
    // The frame's window goes away when the page empties itself.
    if (greeted && needed && frame.contentWindow) look.set(LOOK);
    else end();
  });
  look.set(PATIENCE);

  function end(): void {
    stop();
    remove(frame);
    gone();
    for (const id in users) {
      const user = leave(id);
      if (user && greeted) closed(user, 1006, '', false, true);
      else if (user) user.hooks.passed('bridge mute');
    }
  }

  /** Takes a user out. */
  function leave(id: string): User | undefined {
    const user = users[id];
    delete users[id];
    return user;
  }

  function closed(user: User, code: number, reason: string, wasClean: boolean, failed: boolean): void {
    user.hooks.over(code);
    if (wasClean) user.events.closing();
    user.events.closed(code, reason, wasClean, failed);
  }

  function post(id: string, verb: string, data: string): void {
    const window = frame.contentWindow as Page | null;
    sent += 1;
    if (greeted && window && window.postMessage)
      window.postMessage(spellBridge(sent, id, verb, data), origin);
  }

  function ask(id: string): void {
    const { url, protocols, transports } = (users[id] as User).target;
    post(
      id,
      'O',
      spellFields({
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
    if (!parts || +(parts[1] as string) <= seen) return;
    seen = +(parts[1] as string);
    if (!greeted) {
      greeted = true;
      for (const id in users) ask(id);
    }
    const id = parts[2] as string;
    const user = users[id];
    if (user) tell(user, id, parts[3] as string, parts[4] as string);
  }

  function tell(user: User, id: string, verb: string, data: string): void {
    const { events, hooks } = user;
    const parts = data.split(',');
    if (verb === 'O') {
      hooks.opened();
      events.open(data, '');
    } else if (verb === 'A') events.sent(+data);
    else if (verb === 'S') hooks.step(parts[0] as string, parts[1] as string, parts.slice(2).join());
    else if (verb === 'C') {
      leave(id);
      closed(user, +(parts[0] as string), parts.slice(3).join(), parts[1] === 'true', parts[2] === 'true');
    } else {
      const text = unescapeText(data);
      events.message(verb === 'B' ? binaryOf(platform.page, text) : text);
    }
  }

  return {
    open: (target, events, hooks) => {
      last += 1;
      const id = '' + last;
      users[id] = { target: target, events: events, hooks: hooks };
      if (greeted) ask(id);
      return {
        send: (data, size) => {
          const text = typeof data === 'string';
          post(id, text ? 'T' : 'B', size + ',' + escapeText(text ? data : charactersOf(data)));
        },
        close: (code, reason) => post(id, 'C', code + ',' + reason),
        settle: () => {},
        abandon: () => {
          if (leave(id)) post(id, 'X', '');
        }
      };
    }
  };
}
