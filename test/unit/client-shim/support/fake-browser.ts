import type {
  NativeWebSocket,
  NativeWebSocketConstructor,
  Page,
  TimerId,
} from '../../../../client-shim/browser.d.ts';
import type { Platform } from '../../../../client-shim/src/transport/platform.ts';
import { TestClock } from '../../../support/test-clock.ts';

/**
 * A browser whose time, requests and sockets a test moves by hand. To extend: give `page` one more
 * object, or take one away before the shim looks.
 */
export class FakeBrowser implements Platform {
  readonly clock = new TestClock();
  /** Every request made, in order. */
  readonly requests: FakeRequest[] = [];
  /** Every native WebSocket made, in order. */
  readonly sockets: FakeSocket[] = [];
  readonly beacons: { url: string; body: string }[] = [];
  readonly items = new Map<string, string>();
  // biome-ignore lint/suspicious/noExplicitAny: tests take objects away
  readonly page: any;
  socket: NativeWebSocketConstructor | undefined;
  /** Milliseconds that the wall clock has gained on timers: the machine slept. */
  slept = 0;

  constructor() {
    const browser = this;
    this.page = {
      setTimeout: (run: () => void, ms: number) => this.clock.setTimeout(run, ms),
      clearTimeout: (timer: unknown) => this.clock.clearTimeout(timer),
      XMLHttpRequest: class extends FakeRequest {
        constructor() {
          super();
          this.browser = browser;
        }
      },
      TextDecoder,
      WeakRef,
      Uint8Array,
      ArrayBuffer,
      localStorage: {
        getItem: (key: string) => this.items.get(key) ?? null,
        setItem: (key: string, value: string) => void this.items.set(key, value),
      },
      navigator: {
        userAgent: '',
        sendBeacon: (url: string, body: string) => this.beacons.push({ url, body }) > 0,
      },
    } satisfies Partial<Record<keyof Page, unknown>>;
  }

  // --- as a platform ---

  get _page(): Page {
    return this.page;
  }

  get _socket(): NativeWebSocketConstructor | undefined {
    return this.socket;
  }

  get _Request(): Platform['_Request'] {
    return this.page.XMLHttpRequest;
  }

  get _EventSource(): Platform['_EventSource'] {
    return this.page.EventSource;
  }

  _now = (): number => this.now();

  _setTimeout = (run: () => void, ms: number): TimerId => this.page.setTimeout(run, ms);

  _clearTimeout = (id: TimerId): void => this.page.clearTimeout(id);

  now = (): number => 1e12 + this.clock.now() + this.slept;

  /** Gives the browser a native WebSocket. */
  withSocket(closed = 3): this {
    const { sockets } = this;
    this.socket = class extends FakeSocket {
      static readonly CLOSED = closed;

      constructor(url: string, protocols?: string | string[]) {
        super(url, protocols);
        sockets.push(this);
      }
    } as unknown as NativeWebSocketConstructor;
    return this;
  }

  /** The latest request whose path ends so. */
  last(action: string): FakeRequest {
    const found = this.requests.filter(({ url }) => pathOf(url).endsWith(`/${action}`)).at(-1);
    if (!found) throw new Error(`no request ${action}`);
    return found;
  }

  count(action: string): number {
    return this.requests.filter(({ url }) => pathOf(url).endsWith(`/${action}`)).length;
  }
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] as string;
}

export class FakeRequest {
  browser!: FakeBrowser;
  method = '';
  url = '';
  /** Whether the page goes on before the answer is there. */
  async = true;
  body: unknown;
  readonly headers: Record<string, string> = {};
  readyState = 0;
  status = 0;
  responseText = '';
  withCredentials = false;
  aborted = false;
  onreadystatechange: (() => void) | null = null;

  open(method: string, url: string, async = true): void {
    this.method = method;
    this.url = url;
    this.async = async;
  }
  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }
  overrideMimeType(): void {}
  send(body: unknown): void {
    this.body = body;
    this.browser.requests.push(this);
  }
  abort(): void {
    this.aborted = true;
    // Engines tell of an abort as of an end (WHATWG XHR); nobody may mind.
    this.readyState = 4;
    this.onreadystatechange?.();
  }

  /** The answer has grown by this; more follows. */
  grow(text: string): void {
    this.status = 200;
    this.readyState = 3;
    this.responseText += text;
    this.onreadystatechange?.();
  }

  /** The answer ends with this; status 0 is a connection that broke. */
  end(status = 200, text = ''): void {
    this.status = status;
    this.readyState = 4;
    this.responseText += text;
    this.onreadystatechange?.();
  }
}

export class FakeSocket {
  readonly url: string;
  readonly requested: unknown;
  readyState = 0;
  bufferedAmount = 0;
  protocol = '';
  extensions = '';
  binaryType = 'blob';
  readonly sent: unknown[] = [];
  closedWith: unknown[] | undefined;
  onopen: NativeWebSocket['onopen'] = null;
  onmessage: NativeWebSocket['onmessage'] = null;
  onerror: NativeWebSocket['onerror'] = null;
  onclose: NativeWebSocket['onclose'] = null;

  constructor(url: string, requested?: unknown) {
    this.url = url;
    this.requested = requested;
  }
  send(data: unknown): void {
    this.sent.push(data);
  }
  close(...status: unknown[]): void {
    this.closedWith = status;
  }
}
