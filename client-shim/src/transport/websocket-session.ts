import type { NativeWebSocket, NativeWebSocketConstructor } from '../../browser.d.ts';
import { addressOf } from '../wire/address.ts';
import { encodeFrames } from '../wire/body.ts';
import { encodeBytes, readBytes } from '../wire/byte-form.ts';
import { frame, startPosition } from '../wire/frame.ts';
import { charactersOf } from '../wire/payload.ts';
import { encodeText, readText } from '../wire/text-form.ts';
import { bufferFrom, type CarrierKind } from './carrier.ts';
import { isTrusted } from './websocket.ts';

/**
 * The WebSocket session carrier (PROTOCOL.md §7): a session that can outlive its WebSocket. It is
 * only for pages that request it. A fallback session does not move to it: the plain endpoint was
 * tried before, and a network that blocks one WebSocket blocks the other.
 */
export const websocketSession: CarrierKind = {
  name: 'websocket-session',
  _streams: true,
  _duplex: true,
  _works: (platform) => isTrusted(platform._socket),
  _open: (platform, context, attachments, events) => {
    const Socket = platform._socket as NativeWebSocketConstructor;
    const socket: NativeWebSocket = new Socket(
      addressOf(context.url, 'websocket', context._node, context._token)
    );
    const position = startPosition();
    socket.binaryType = 'arraybuffer';

    function close(): void {
      socket.onopen = socket.onmessage = socket.onerror = socket.onclose = null;
      socket.close();
    }

    socket.onopen = () => {
      socket.send(encodeText(frame('D', attachments[0] + (context._binary ? ',b' : ''))));
    };
    socket.onmessage = (event) => {
      position._at = position._seen = 0;
      const data = event.data as string | ArrayBuffer;
      events._frames(
        typeof data === 'string' ? readText(position, data) : readBytes(position, charactersOf(data))
      );
    };
    socket.onerror = socket.onclose = () => {
      close();
      events._over(false, 'closed');
    };
    return {
      _close: close,
      _send: (frames) =>
        socket.send(
          context._binary
            ? bufferFrom(platform, encodeFrames(frames, encodeBytes))
            : encodeFrames(frames, encodeText)
        )
    };
  }
};
