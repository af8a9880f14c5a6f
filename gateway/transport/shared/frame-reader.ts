import { ABNORMAL, type CloseStatus, FAILED, NO_STATUS } from '../../protocol/close.ts';
import type { Delivery, Entry } from '../../protocol/delivery.ts';
import { FRAME_END, unescapeText } from '../../protocol/escape.ts';
import { Message } from '../../protocol/message.ts';

/** What a chunk of a stream has. */
export interface FramesRead {
  /** Numbered frames, an acknowledgement, or the position alone; undefined if there is none. */
  readonly delivery: Delivery | undefined;
  /** It has a heartbeat. */
  readonly isAlive: boolean;
  /** The letter of its `E` frame. */
  readonly end: string | undefined;
}

const END_BYTE = FRAME_END.charCodeAt(0);

/** Reads the frames that a gateway writes to a stream in text form, as a client does. */
export class FrameReader {
  /** Number of the next numbered frame. */
  #next = 0;
  /** The last padding: before an `X` it says how the connection ended (PROTOCOL.md §9). */
  #padding = '';
  /** A frame whose end has not come. */
  #rest: Buffer = Buffer.alloc(0);

  read(chunk: string | Buffer): FramesRead {
    const given = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    const bytes = this.#rest.length === 0 ? given : Buffer.concat([this.#rest, given]);
    // A byte of 0x1E is never part of another character.
    const length = bytes.lastIndexOf(END_BYTE) + 1;
    // Copied: the chunk may be part of much that came with it.
    this.#rest = Buffer.from(bytes.subarray(length));
    const frames = bytes.toString('utf8', 0, length).split(FRAME_END);
    const entries: Entry[] = [];
    let first = this.#next;
    let ack = -1;
    let isPositioned = false;
    let isAlive = false;
    let end: string | undefined;
    for (const frame of frames) {
      const type = frame.charAt(0);
      const payload = frame.slice(1);
      const entry = this.#entryOf(type, payload);
      if (entry !== undefined) {
        if (entries.length === 0) first = this.#next;
        entries.push(entry);
        this.#next++;
      } else if (type === '#') {
        this.#next = Number(payload);
        isPositioned = true;
        if (entries.length === 0) first = this.#next;
      } else if (type === 'A') ack = Number(payload);
      else if (type === 'H') isAlive = true;
      else if (type === 'E') end = payload;
      else if (type === 'P') this.#padding = payload;
    }
    const has = entries.length > 0 || ack >= 0 || isPositioned;
    return { delivery: has ? { first, entries, ack } : undefined, isAlive, end };
  }

  #entryOf(type: string, payload: string): Entry | undefined {
    switch (type) {
      case 'T':
      case 't':
        return messageEntry(Message.text(unescapeText(payload)), type === 't');
      case 'B':
      case 'b':
        return messageEntry(Message.binary(Buffer.from(payload, 'base64')), type === 'b');
      case 'C':
        return closeEntry(payload === '' ? NO_STATUS : statusOf(unescapeText(payload)));
      case 'X': {
        const how = unescapeText(this.#padding);
        return closeEntry(how === 'f' ? FAILED : /^\d/.test(how) ? statusOf(how) : ABNORMAL);
      }
      default:
        return undefined;
    }
  }
}

function messageEntry(message: Message, more: boolean): Entry {
  return { message, more, close: undefined };
}

function closeEntry(close: CloseStatus): Entry {
  return { message: undefined, more: false, close };
}

function statusOf(payload: string): CloseStatus {
  const comma = payload.indexOf(',');
  const code = Number(comma < 0 ? payload : payload.slice(0, comma));
  return { code, reason: comma < 0 ? '' : payload.slice(comma + 1) };
}
