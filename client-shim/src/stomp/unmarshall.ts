import { put } from '../browser/define.ts';
import type { StompHooks } from '../facade/stomp-hooks.ts';
import { has } from '../lang/has.ts';
import { utf8Length } from '../lang/utf8.ts';
import { parseFrames } from './frames.ts';
import type { Frame, FrameClass, StompSocket, Unmarshall } from './library.ts';

/** The longest unfinished frame in UTF-16 units. A longer one closes its socket. */
export const MOST = 16 * 1024 * 1024;

/**
 * Creates the replacement of `Stomp.Frame.unmarshall`. With `hasPartial` it returns `{ frames,
 * partial }`, and the client prepends `partial` to the next message. Otherwise it returns only the
 * frames and is called without the connection, so the unfinished frame is stored on the socket
 * whose message is being dispatched. Without a socket no message can follow, and the end of the
 * text ends a frame.
 */
export function createUnmarshall(Frame: FrameClass, hasPartial: boolean, stompHooks: StompHooks): Unmarshall {
  return (data, escaped) => {
    const event = stompHooks._event;
    const socket = event && (event.target as StompSocket | null);
    const frames: Frame[] = [];
    const text = hasPartial ? data : socket ? (socket._tail || '') + data : data + '\0';
    // The client has converted each byte of a binary message to one character.
    const sizeOf = event && typeof event.data !== 'string' ? unitsOf : utf8Length;
    const partial = parseFrames(text, sizeOf, ({ command, headers, body }) => {
      const { frUnEscape } = Frame;
      if (escaped && frUnEscape && command !== 'CONNECTED')
        for (const name in headers)
          if (has(headers, name)) headers[name] = frUnEscape(headers[name] as string);
      frames.push(new Frame(command, headers, body, escaped));
    });
    const tooLong = partial.length > MOST;
    if (socket) put(socket, '_tail', tooLong ? '' : partial);
    if (tooLong) {
      if (socket && socket.close) socket.close();
      throw new RangeError('STOMP frame over ' + MOST + ' characters.');
    }
    return hasPartial ? { frames, partial } : frames;
  };
}

function unitsOf(text: string): number {
  return text.length;
}
