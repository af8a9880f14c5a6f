import type { Uint8ArrayConstructor } from '../../browser.d.ts';
import { byteBody, textBody } from '../wire/body.ts';
import { type Frame, isBinary } from '../wire/frame.ts';
import type { Platform } from './platform.ts';
import type { Ask, Way } from './request.ts';

/** The session that carriers work for. */
export interface Line {
  /** The WebSocket URL, mapped. */
  readonly url: string;
  readonly token: string;
  /** The carriers that it can have, best first. */
  readonly rungs: CarrierKind[];
  /** How frames go upstream, where no carrier takes them. */
  readonly way: Way;
  /** Makes the requests that carry them. */
  readonly ask: Ask;
  /** The gateway is not the page's own origin. */
  readonly crossOrigin: boolean;
  /** The session has carried binary: byte form is worth its while (PROTOCOL.md §6.1). */
  binary: boolean;
  /** Octets can be posted; until the gateway did not understand one. */
  postsOctets: boolean;
  /** The page is left. */
  sync?: boolean;
}

/** What an attach says: payload of the `D` frame, `n,ack`, and of an `S` frame for each further session of the carrier (PROTOCOL.md §10). */
export type Wanted = readonly string[];

export interface CarrierEvents {
  /** Frames came, perhaps none; null for what is malformed. */
  frames(frames: Frame[] | null): void;
  /** Once, the last. `refused`: the gateway will not have this session go on. `reason` is empty for the end of a whole answer. */
  over(refused: boolean, reason: string): void;
}

/** One downstream at work (PROTOCOL.md, "Terms"). */
export interface Carrier {
  /** Frees it; nothing is told any more. */
  close(): void;
  /** Sends frames; on carriers that go both ways, once they are open. */
  readonly send?: ((frames: Frame[]) => void) | undefined;
}

/** One wire form. To add one is to write its file and its line in `order.ts`. */
export interface CarrierKind {
  readonly name: string;
  /** Whether frames are shown as they come. If not, it is a poll: nothing to prove, and over after each answer. */
  readonly streams: boolean;
  /** Goes both ways. */
  readonly duplex?: boolean;
  /** What it puts into the page counts as a part of it: `load` waits for that. */
  readonly holdsLoad?: boolean;
  /** How a session is made and sent on if this is its best carrier; without it, in the best way that the engine has. */
  readonly way?: Way;
  /** Whether this engine can have it at all, for a gateway at that WebSocket URL. What the network does to it shows at work. */
  works(platform: Platform, crossOrigin: boolean, url: string): boolean;
  open(platform: Platform, line: Line, wanted: Wanted, events: CarrierEvents): Carrier;
}

/**
 * A request body: in byte form if something binary is in it and the engine can post octets, else in text form. Text in byte form, too, where
 * the engine may be a WebKit that posts strings in Unicode's normal form C: seen from PhantomJS 1.9 to JavaFX 11 (WebKit 610), none
 * of which has a WeakRef, and not in WebKitGTK 2.50, which has. It leaves what is below U+0300 alone.
 */
export function bodyOf(platform: Platform, line: Line, frames: Frame[]): string | ArrayBuffer {
  const exact = platform.page.WeakRef;
  let binary = false;
  for (let i = 0; i < frames.length; i += 1) {
    const one = frames[i] as Frame;
    if (isBinary(one.type) || (!exact && /[\u0300-\uffff]/.test(one.data))) binary = true;
  }
  if (!binary || !line.postsOctets || !platform.page.Uint8Array) return textBody(line.token, frames);
  return bufferOf(platform, byteBody(line.token, frames));
}

/** Octets, from a text of one character for each, in an engine that has typed arrays. */
export function bufferOf(platform: Platform, text: string): ArrayBuffer {
  const octets = new (platform.page.Uint8Array as Uint8ArrayConstructor)(text.length);
  for (let at = 0; at < text.length; at += 1) octets[at] = text.charCodeAt(at);
  return octets.buffer as ArrayBuffer;
}

/** Whether a status says "again, later" (PROTOCOL.md §5); 0 is a request that got no answer. */
export function isPassing(status: number): boolean {
  return /^(0|408|425|429|50[0234])$/.test('' + status);
}
