import type { Document, Element, MessageEvent, Page } from '../../browser.d.ts';
import { onMessages } from '../browser/messages.ts';
import { plainOrigin } from '../browser/place.ts';
import { shimFolder } from '../browser/shim-folder.ts';
import { type Bytes, binaryString } from '../lang/bytes.ts';
import { has } from '../lang/has.ts';
import { nothing } from '../lang/nothing.ts';
import { VERSION } from '../lang/version.ts';
import { type Alarm, createAlarm } from '../transport/alarm.ts';
import type { DirectSocket } from '../transport/direct-socket.ts';
import { insertFrame, remove } from '../transport/element.ts';
import type { LazyScript, SocketOptions } from '../transport/lazy-script.ts';
import type { Platform } from '../transport/platform.ts';
import { httpOrigin } from '../wire/address.ts';
import { encodeBridge, readBridge } from '../wire/bridge.ts';
import { encodeFields } from '../wire/parameters.ts';
import { type Binary, binaryOf, charactersOf } from '../wire/payload.ts';
import { escapeText, unescapeText } from '../wire/text-form.ts';

/** Milliseconds that the bridge may take to load and greet. */
const GREETING_TIMEOUT = 3000;
/** Milliseconds between checks whether the bridge is present and needed. */
const CHECK_INTERVAL = 5000;

/**
 * Creates bridges. A bridge is a page of the gateway in a hidden frame. It opens connections as the
 * gateway's own pages do: with cookies, and over all transports (PROTOCOL.md §14). All sockets to a
 * gateway share one bridge.
 */
export function createBridges(platform: Platform): LazyScript['open'] {
  const bridges: { [origin: string]: LazyScript | undefined } = {};
  return (options) => {
    const origin = httpOrigin(options.url);
    const bridge =
      bridges[origin] ||
      new Bridge(platform, origin, () => {
        bridges[origin] = undefined;
      });
    bridges[origin] = bridge;
    return bridge.open(options);
  };
}

class Bridge implements LazyScript {
  private readonly _platform: Platform;
  private readonly _origin: string;
  private readonly _gone: () => void;
  private readonly _users: { [id: string]: SocketOptions } = {};
  /** The greeting that the bridge sent when it had loaded. Empty before that. */
  private _greeting = '';
  private _lastId = 0;
  /** Numbers of the last messages in each direction. */
  private _sent = 0;
  private _received = 0;
  private readonly _stopListening: () => void;
  private readonly _frame: Element;
  private readonly _check: Alarm;

  /** `gone` is called when the bridge has ended. */
  constructor(platform: Platform, origin: string, gone: () => void) {
    this._platform = platform;
    this._origin = origin;
    this._gone = gone;
    this._stopListening = onMessages((event) => this._onMessage(event));
    const document = platform._page.document as Document;
    this._frame = insertFrame(document, shimFolder(document, origin) + 'bridge.html?v=' + VERSION);
    this._check = createAlarm(platform, () => this._checkFrame());
    this._check._set(GREETING_TIMEOUT);
  }

  open(options: SocketOptions): DirectSocket {
    this._lastId += 1;
    const id = '' + this._lastId;
    this._users[id] = options;
    if (this._greeting) this._requestConnection(id);
    return {
      send: (data, size) => this._send(id, data, size),
      close: (code, reason) => this._post(id, 'C', code + ',' + reason),
      settle: nothing,
      abandon: () => {
        if (this._remove(id)) this._post(id, 'X', '');
      }
    };
  }

  private _send(id: string, data: string | Binary, size: number): void {
    const text = typeof data === 'string';
    // The shim's own Bytes is a class of another script.
    const bytes = (data as Bytes).bytes;
    this._post(
      id,
      text ? 'T' : 'B',
      size + ',' + escapeText(text ? data : bytes ? binaryString(bytes, 0, bytes.length) : charactersOf(data))
    );
  }

  private _checkFrame(): void {
    let needed = false;
    this._each(() => {
      needed = true;
    });
    // The frame loses its window when the page removes its content.
    if (this._greeting && needed && this._frame.contentWindow) this._check._set(CHECK_INTERVAL);
    else this._end();
  }

  private _end(): void {
    this._stopListening();
    this._check._clear();
    remove(this._frame);
    this._gone();
    this._each((id) => {
      const user = this._remove(id) as SocketOptions;
      if (this._greeting) reportClosed(user, 1006, '', false, true);
      else user.hooks.passed('bridge mute');
    });
  }

  private _each(act: (id: string) => void): void {
    for (const id in this._users) if (has(this._users, id)) act(id);
  }

  private _remove(id: string): SocketOptions | undefined {
    const user = this._users[id];
    delete this._users[id];
    return user;
  }

  private _post(id: string, verb: string, data: string): void {
    const window = this._frame.contentWindow as Page | null;
    this._sent += 1;
    if (this._greeting && window && window.postMessage)
      window.postMessage(encodeBridge(this._sent, id, verb, data), this._origin);
  }

  private _requestConnection(id: string): void {
    const { url, protocols, transports, steps } = this._users[id] as SocketOptions;
    this._post(
      id,
      'O',
      encodeFields({
        url: url,
        protocols: protocols.join(','),
        transports: transports ? transports.join(',') : '',
        steps: steps || ''
      })
    );
  }

  private _onMessage(event: MessageEvent): void {
    // biome-ignore lint/suspicious/noDoubleEquals: IE gives out another object for the same window each time, and takes them for equal
    if (event.source != this._frame.contentWindow || plainOrigin('' + event.origin) !== this._origin) return;
    const parts = readBridge(event.data);
    const verb = parts && parts[3];
    // If the page moves the frame, it is loaded again. Users whose connections were in it would
    // wait forever.
    if (parts && verb === 'H' && this._greeting && this._greeting !== verb + parts[4]) this._end();
    else if (parts && +(parts[1] as string) > this._received) {
      this._received = +(parts[1] as string);
      const id = parts[2] as string;
      const user = this._users[id];
      if (verb === 'H') {
        this._greeting = verb + parts[4];
        this._each((one) => this._requestConnection(one));
      } else if (user) this._report(user, id, verb as string, parts[4] as string);
    }
  }

  private _report(user: SocketOptions, id: string, verb: string, data: string): void {
    const { events, hooks } = user;
    const parts = data.split(',');
    if (verb === 'O') {
      hooks.opened();
      events.open(data, '');
    } else if (verb === 'A') events.sent(+data);
    else if (verb === 'S') user.step(parts[0] as string, parts[1] as string, parts.slice(2).join());
    else if (verb === 'C') {
      this._remove(id);
      reportClosed(
        user,
        +(parts[0] as string),
        parts.slice(3).join(),
        parts[1] === 'true',
        parts[2] === 'true'
      );
    } else {
      const text = unescapeText(data);
      events.message(verb === 'B' ? binaryOf(this._platform._page, text, user.bytes) : text);
    }
  }
}

function reportClosed(
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
