import type { NativeWebSocket, NativeWebSocketConstructor } from '../../browser.d.ts';
import { addressOf } from '../wire/address.ts';
import { spellAll } from '../wire/body.ts';
import { readBytes, spellBytes } from '../wire/byte-form.ts';
import { frame, startPosition } from '../wire/frame.ts';
import { charactersOf } from '../wire/payload.ts';
import { readText, spellText } from '../wire/text-form.ts';
import { bufferOf, type CarrierKind } from './carrier.ts';
import { isTrusted } from './websocket.ts';

/**
 * The WebSocket session carrier (PROTOCOL.md §7): a WebSocket that survives its socket. Only for pages that ask for it. A fallback session does
 * not climb to it by itself: the plain endpoint was tried before, and a network that refuses one WebSocket refuses the other.
 */
export const websocketSession: CarrierKind = {
  name: 'websocket-session',
  streams: true,
  duplex: true,
  works: (platform) => isTrusted(platform.socket),
  open: (platform, line, wanted, events) => {
    const Socket = platform.socket as NativeWebSocketConstructor;
    const socket: NativeWebSocket = new Socket(addressOf(line.url, 'websocket', line.token));
    const position = startPosition();
    socket.binaryType = 'arraybuffer';

    function close(): void {
      socket.onopen = socket.onmessage = socket.onerror = socket.onclose = null;
      socket.close();
    }

    socket.onopen = () => {
      socket.send(spellText(frame('D', wanted[0] + (line.binary ? ',b' : ''))));
    };
    socket.onmessage = (event) => {
      position.at = position.seen = 0;
      const data = event.data as string | ArrayBuffer;
      events.frames(
        typeof data === 'string' ? readText(position, data) : readBytes(position, charactersOf(data))
      );
    };
    socket.onerror = socket.onclose = () => {
      close();
      events.over(false, 'closed');
    };
    return {
      close: close,
      send: (frames) =>
        socket.send(
          line.binary ? bufferOf(platform, spellAll(frames, spellBytes)) : spellAll(frames, spellText)
        )
    };
  }
};
