/**
 * The browser as the shim may find it, from IE 6 to the newest. Every object that some engine lacks
 * is optional on `Page`, so the compiler requires a test before its use.
 *
 * This is a module, not a set of global names. The sources then type-check in the shim's ES3
 * program and in the tests' Node program alike, and code can only reach browser objects through
 * `browser/page.ts`. The types of binary data have the names of later editions of the language;
 * `es3.d.ts` declares them as types without values.
 */

export type TimerId = number | { readonly __timer?: never };

/** The global object of a page. */
export interface Page {
  setTimeout(run: () => void, ms: number): TimerId;
  clearTimeout(id: TimerId): void;
  setInterval(run: () => void, ms: number): TimerId;
  clearInterval(id: TimerId): void;

  readonly document?: Document;
  readonly location?: Location;
  readonly navigator?: {
    readonly userAgent: string;
    readonly onLine?: boolean;
    readonly plugins?: { readonly [name: string]: unknown };
    sendBeacon?(url: string, body: string): boolean;
  };
  readonly origin?: string;
  readonly localStorage?: Storage | null;
  readonly performance?: { now?(): number };
  readonly console?: {
    log(text: string): void;
    warn?(text: string): void;
    error?(text: string): void;
  };
  readonly crypto?: { getRandomValues?(into: Uint8Array): unknown };
  readonly JSON?: { parse(text: string): unknown; stringify(value: unknown): string };

  readonly XMLHttpRequest?: new () => XMLHttpRequest;
  readonly ActiveXObject?: new (programId: string) => unknown;
  readonly XDomainRequest?: new () => XDomainRequest;
  readonly EventSource?: new (url: string, options?: { withCredentials?: boolean }) => EventSource;
  WebSocket?: NativeWebSocketConstructor;
  readonly MozWebSocket?: NativeWebSocketConstructor;
  WebSocketShim?: unknown;
  FallbackGatewayFlash?: unknown;
  FallbackGatewayBridge?: unknown;
  FallbackGatewayScripts?: unknown;
  readonly onpagehide?: unknown;

  readonly ArrayBuffer?: { new (length: number): ArrayBuffer; isView?(value: unknown): boolean };
  readonly Uint8Array?: Uint8ArrayConstructor;
  readonly Blob?: new (parts?: unknown[], options?: { type?: string }) => Blob;
  readonly FileReader?: new () => FileReader;
  readonly TextEncoder?: new () => { encode(text: string): Uint8Array };
  readonly TextDecoder?: new (
    label?: string,
    options?: { fatal?: boolean; ignoreBOM?: boolean },
  ) => TextDecoder;
  readonly WeakRef?: unknown;
  readonly WeakMap?: new () => { get(key: object): unknown; set(key: object, value: unknown): unknown };
  readonly Reflect?: {
    get(target: object, name: PropertyKey, receiver: object): unknown;
    set(target: object, name: PropertyKey, value: unknown, receiver: object): boolean;
  };
  /** zone.js. */
  readonly Zone?: { readonly root?: { run?<T>(run: () => T): T } };
  readonly URL?: new (url: string, base?: string) => { readonly href: string };

  readonly MessageChannel?: new () => { readonly port1: MessagePort; readonly port2: MessagePort };

  readonly EventTarget?: {
    new (): object;
    readonly prototype: {
      readonly addEventListener: EventTargetMethod;
      readonly removeEventListener: EventTargetMethod;
      readonly dispatchEvent: EventTargetMethod;
    };
  };
  readonly Symbol?: {
    readonly hasInstance?: symbol;
    readonly iterator?: symbol;
    readonly toStringTag?: symbol;
  };
  readonly Event?: new (type: string, fields?: object) => Event;
  readonly MessageEvent?: new (type: string, init: { data: unknown; origin: string }) => Event;
  readonly CloseEvent?: new (
    type: string,
    init: { wasClean: boolean; code: number; reason: string },
  ) => Event;
  readonly DOMException?: new (message: string, name: string) => Error;
  reportError?(error: unknown): void;

  addEventListener?(type: string, listener: (event: Event) => void, capture: boolean): void;
  removeEventListener?(type: string, listener: (event: Event) => void, capture: boolean): void;
  attachEvent?(type: string, listener: (event: Event) => void): void;
  detachEvent?(type: string, listener: (event: Event) => void): void;

  /** The window that contains this frame, or this window itself. */
  readonly parent?: Page;
  postMessage?(text: string, origin: string): void;

  /** Runs JScript's garbage collector, which ends abandoned requests in old IE. */
  CollectGarbage?(): void;
}

export interface Location {
  readonly href: string;
  readonly protocol: string;
  readonly host: string;
  readonly hostname: string;
  readonly port: string;
}

export interface Storage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface Document {
  readonly URL: string;
  readonly baseURI?: string;
  readonly readyState?: string;
  readonly documentMode?: number;
  /** Null when the document is not shown. IE before 9 has none. */
  readonly defaultView?: Page | null;
  readonly currentScript?: Element | null;
  readonly body: Element | null;
  readonly documentElement: Element | null;
  readonly cookie?: string;
  getElementsByTagName(name: string): { readonly length: number; readonly [index: number]: Element };
  createElement(name: string): Element;
  attachEvent?(type: string, listener: (event: Event) => void): void;
  detachEvent?(type: string, listener: (event: Event) => void): void;
  /** Only in the ActiveX object `htmlfile`. */
  readonly parentWindow?: Page;
  open?(): void;
  write?(html: string): void;
  close?(): void;
}

export interface Element {
  id: string;
  href: string;
  src: string;
  innerHTML: string;
  /** Only on forms and their fields. */
  action: string;
  value: string;
  readonly style: { display: string; cssText?: string };
  readonly parentNode: Element | null;
  readonly firstChild: Element | null;
  readonly lastChild: Element | null;
  /** Only on scripts and frames. IE up to 10 has `readyState` and its event. */
  onload: (() => void) | null;
  onerror: (() => void) | null;
  onreadystatechange: (() => void) | null;
  readonly readyState?: string;
  readonly contentWindow?: Page | null;
  getAttribute(name: string, flags?: number): string | null;
  setAttribute(name: string, value: string): void;
  appendChild(child: Element): Element;
  insertBefore(child: Element, before: Element | null): Element;
  removeChild(child: Element): Element;
  submit?(): void;
}

/** A method of EventTarget. It works on the object to which it is bound. */
export interface EventTargetMethod {
  (...args: unknown[]): never;
  bind(target: object): EventTargetMethod;
}

export interface Event {
  readonly type: string;
  readonly target?: unknown;
  readonly currentTarget?: unknown;
  readonly data?: unknown;
  readonly persisted?: boolean;
}

export interface MessagePort {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(data: unknown): void;
  close(): void;
}

export interface XMLHttpRequest {
  onreadystatechange: (() => void) | null;
  onload?: (() => void) | null;
  onerror?: (() => void) | null;
  onprogress?: (() => void) | null;
  ontimeout?: (() => void) | null;
  readonly readyState: number;
  readonly status: number;
  readonly statusText: string;
  readonly responseText: string;
  /** An ArrayBuffer, Blob, string or null, depending on `responseType`. */
  readonly response?: unknown;
  responseType?: string;
  withCredentials?: boolean;
  timeout?: number;
  open(method: string, url: string, async: boolean): void;
  setRequestHeader(name: string, value: string): void;
  getResponseHeader(name: string): string | null;
  overrideMimeType?(type: string): void;
  send(body?: string | Uint8Array | ArrayBuffer | Blob | null): void;
  abort(): void;
}

/** Only in IE 8 and 9. */
export interface XDomainRequest {
  onload: () => void;
  onerror: () => void;
  ontimeout: () => void;
  onprogress: () => void;
  timeout: number;
  readonly contentType: string;
  readonly responseText: string;
  open(method: string, url: string): void;
  send(body?: string): void;
  abort(): void;
}

export interface EventSource {
  readonly readyState: number;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: Event) => void) | null;
  close(): void;
}

export interface MessageEvent extends Event {
  readonly data: unknown;
  /** Only on messages between windows. */
  readonly origin?: string;
  readonly source?: Page | null;
}

export interface CloseEvent extends Event {
  readonly code?: number;
  readonly reason?: string;
  readonly wasClean?: boolean;
}

/**
 * The browser's own WebSocket. hixie-75 and hixie-76 engines lack `binaryType`, `extensions`, and
 * the arguments of `close`.
 */
export interface NativeWebSocket {
  readonly url: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  readonly protocol?: string;
  readonly extensions?: string;
  binaryType?: string;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: Event) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(data: string | ArrayBuffer | Uint8Array | Blob): unknown;
  close(code?: number, reason?: string): void;
}

export interface NativeWebSocketConstructor {
  new (url: string, protocols?: string | string[]): NativeWebSocket;
  readonly prototype: object;
  readonly CONNECTING?: number;
  readonly OPEN?: number;
  readonly CLOSING?: number;
  readonly CLOSED?: number;
}

export interface Uint8ArrayConstructor {
  new (length: number): Uint8Array;
  new (source: readonly number[]): Uint8Array;
  new (buffer: ArrayBuffer, offset?: number, length?: number): Uint8Array;
}

export interface Blob {
  readonly size: number;
  readonly type: string;
  slice?(start?: number, end?: number): Blob;
}

export interface FileReader {
  readonly result: unknown;
  onload: (() => void) | null;
  onerror: (() => void) | null;
  readAsArrayBuffer(blob: Blob): void;
}

export interface TextDecoder {
  decode(bytes?: Uint8Array, options?: { stream?: boolean }): string;
}
