import type { Uint8ArrayConstructor } from '../../browser.d.ts';
import { byteBody, textBody } from '../wire/body.ts';
import { type Frame, isBinary } from '../wire/frame.ts';
import type { Platform } from './platform.ts';
import type { Requester, SendRequest } from './requester.ts';

/** The session that carriers work for. */
export interface SessionContext {
  /** The WebSocket URL, mapped. */
  readonly url: string;
  readonly _token: string;
  /** The carriers that it can have, best first. */
  readonly _candidates: CarrierKind[];
  /** How frames go upstream, where no carrier takes them. */
  readonly _requester: Requester;
  /** Makes the requests that carry them. */
  readonly _sendRequest: SendRequest;
  /** The gateway is not the page's own origin. */
  readonly _crossOrigin: boolean;
  /** The session has carried binary: byte form is worth its while (PROTOCOL.md §6.1). */
  _binary: boolean;
  /** Bytes can be posted. False once the gateway did not understand such a body. */
  _postsBytes: boolean;
  /** The page is being unloaded. */
  _sync?: boolean;
}

/**
 * What an attach says: payload of the `D` frame, `n,ack`, and of an `S` frame for each further
 * session of the carrier (PROTOCOL.md §10).
 */
export type Attachments = readonly string[];

export interface CarrierEvents {
  /** Frames came, perhaps none; null for what is malformed. */
  _frames(frames: Frame[] | null): void;
  /**
   * Once, the last. `refused`: the gateway will not have this session go on. `reason` is empty for
   * the end of a whole answer.
   */
  _over(refused: boolean, reason: string): void;
}

/** One downstream at work (PROTOCOL.md, "Terms"). */
export interface Carrier {
  /** Closes it; no event follows. */
  _close(): void;
  /** Sends frames; on carriers that go both ways, once they are open. */
  readonly _send?: ((frames: Frame[]) => void) | undefined;
}

/** One wire form. To add one is to write its file and its line in `order.ts`. */
export interface CarrierKind {
  readonly name: string;
  /**
   * Whether frames are shown as they come. If not, it is a poll: nothing to prove, and over after
   * each answer.
   */
  readonly _streams: boolean;
  /** Goes both ways. */
  readonly _duplex?: boolean;
  /** What it puts into the page counts as a part of it: `load` waits for that. */
  readonly _holdsLoad?: boolean;
  /**
   * How a session is made and sent on if this is its best carrier; without it, in the best way that
   * the engine has.
   */
  readonly _requester?: Requester;
  /**
   * Whether this engine can have it at all, for a gateway at that WebSocket URL. What the network
   * does to it shows at work.
   */
  _works(platform: Platform, crossOrigin: boolean, url: string): boolean;
  _open(
    platform: Platform,
    context: SessionContext,
    attachments: Attachments,
    events: CarrierEvents
  ): Carrier;
}

/**
 * A request body: in byte form if something binary is in it and the engine can post bytes, else in
 * text form. Text in byte form, too, where the engine may be a WebKit that posts strings in
 * Unicode's normal form C: seen from PhantomJS 1.9 to JavaFX 11 (WebKit 610), none of which has a
 * WeakRef, and not in WebKitGTK 2.50, which has. It leaves what is below U+0300 alone.
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

/** Bytes, from a text of one character for each, in an engine that has typed arrays. */
export function bufferFrom(platform: Platform, text: string): ArrayBuffer {
  const bytes = new (platform._page.Uint8Array as Uint8ArrayConstructor)(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes.buffer as ArrayBuffer;
}

/** Whether a status says "again, later" (PROTOCOL.md §5); 0 is a request that got no answer. */
export function isTransient(status: number): boolean {
  return /^(0|408|425|429|50[0234])$/.test('' + status);
}
