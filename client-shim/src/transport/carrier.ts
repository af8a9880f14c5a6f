import type { Uint8ArrayConstructor } from '../../browser.d.ts';
import { byteBody, textBody } from '../wire/body.ts';
import { type Frame, isBinary } from '../wire/frame.ts';
import type { Platform } from './platform.ts';
import type { Requester, SendRequest } from './requester.ts';

/** What a carrier knows of its session. */
export interface SessionContext {
  /** The WebSocket URL, after the page's `map`. */
  readonly url: string;
  readonly _token: string;
  /** The node that owns the session, as the gateway named it, or empty (PROTOCOL.md §1). */
  readonly _node: string;
  /** The carriers that the session may use, best first. */
  readonly _candidates: CarrierKind[];
  /** Sends frames upstream where the carrier does not. */
  readonly _requester: Requester;
  /** Makes the requests that carry those frames. */
  readonly _sendRequest: SendRequest;
  /** Whether the gateway has another origin than the page. */
  readonly _crossOrigin: boolean;
  /**
   * Whether the session has carried binary messages. If so, byte form pays off (PROTOCOL.md §6.1).
   */
  _binary: boolean;
  /** Whether bytes can be posted. False after the gateway has rejected such a body as malformed. */
  _postsBytes: boolean;
  /** Whether the page is being unloaded. */
  _sync?: boolean;
}

/**
 * The payloads of an attach: one `D` frame (`n,ack`), and one `S` frame for each further session of
 * the carrier (PROTOCOL.md §10).
 */
export type Attachments = readonly string[];

export interface CarrierEvents {
  /** Frames arrived, perhaps none. Null stands for malformed input. */
  _frames(frames: Frame[] | null): void;
  /**
   * The last event, once. `refused` means that the gateway does not continue this session. `reason`
   * is empty when a response ended completely.
   */
  _over(refused: boolean, reason: string): void;
}

/** One open downstream (PROTOCOL.md, "Terms"). */
export interface Carrier {
  /** Closes the carrier. No event follows. */
  _close(): void;
  /** Sends frames, once the carrier is open. Only duplex carriers have it. */
  readonly _send?: ((frames: Frame[]) => void) | undefined;
}

/** One kind of carrier. To add a kind, write its file and add a line to `order.ts`. */
export interface CarrierKind {
  readonly name: string;
  /**
   * Whether the engine shows frames as they arrive. If not, the carrier is a poll: it ends after
   * each response, and it needs no proof that it streams.
   */
  readonly _streams: boolean;
  /** Whether it sends as well as receives. */
  readonly _duplex?: boolean;
  /** Whether its requests may carry frames upstream. */
  readonly _carries?: boolean;
  /** Whether it puts an element into the page that delays the page's `load` event. */
  readonly _holdsLoad?: boolean;
  /**
   * How a session is created and how it sends, if this is its best carrier. By default that is the
   * best requester of the engine.
   */
  readonly _requester?: Requester | undefined;
  /**
   * Whether this engine supports the carrier for a gateway at that WebSocket URL. Whether the
   * network lets it through is only known when it runs.
   */
  _works(platform: Platform, crossOrigin: boolean, url: string): boolean;
  _open(
    platform: Platform,
    context: SessionContext,
    attachments: Attachments,
    events: CarrierEvents,
    upstream: readonly Frame[][]
  ): Carrier;
}

/**
 * Encodes a request body. It is in byte form if a frame is binary and the engine can post bytes,
 * and in text form otherwise.
 *
 * Text also goes in byte form where the engine may be a WebKit that posts strings in Unicode's
 * normal form C. PhantomJS 1.9 to JavaFX 11 (WebKit 610) do that, and none of them has WeakRef.
 * WebKitGTK 2.50 does not do it, and it has WeakRef. Characters below U+0300 are not affected.
 */
export function encodeBody(
  platform: Platform,
  context: SessionContext,
  frames: Frame[]
): string | ArrayBuffer {
  const exact = platform._page.WeakRef;
  let binary = false;
  for (let i = 0; i < frames.length; i += 1) {
    const one = frames[i] as Frame;
    if (isBinary(one._type) || (!exact && /[\u0300-\uffff]/.test(one._data))) binary = true;
  }
  if (!binary || !context._postsBytes || !platform._page.Uint8Array) return textBody(context._token, frames);
  return bufferFrom(platform, byteBody(context._token, frames));
}

/**
 * Whether the gateway refused the request because of its bytes, so that it can be repeated as text:
 * the gateway applied nothing of a malformed body. Some engines have typed arrays but post them as
 * "[object ArrayBuffer]". edbrowse turns such a request into a GET.
 */
export function refusesBytes(context: SessionContext, body: string | ArrayBuffer, status: number): boolean {
  const refuses = (status === 400 || status === 405) && typeof body !== 'string';
  if (refuses) context._postsBytes = false;
  return refuses;
}

/** Turns a string of one character per byte into bytes. The engine must have typed arrays. */
export function bufferFrom(platform: Platform, text: string): ArrayBuffer {
  const bytes = new (platform._page.Uint8Array as Uint8ArrayConstructor)(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes.buffer as ArrayBuffer;
}

/**
 * Whether the request may be repeated after this status (PROTOCOL.md §5). Status 0 means that no
 * response came.
 */
export function isTransient(status: number): boolean {
  return /^(0|408|425|429|50[0234])$/.test('' + status);
}
