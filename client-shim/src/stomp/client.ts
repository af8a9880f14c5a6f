import type { StompHooks } from '../facade/stomp-hooks.ts';
import { Bytes } from '../lang/bytes.ts';
import { nothing } from '../lang/nothing.ts';
import type { StompClient, StompSocket } from './library.ts';

/**
 * Makes clients report which message they process. `unmarshall` is called without the connection,
 * and the shim does not dispatch the events of other sockets (SockJS, native).
 */
export function nameSockets(prototype: StompClient, stompHooks: StompHooks): void {
  const { connect } = prototype;
  if (!connect) return;
  prototype.connect = function (this: StompClient) {
    // biome-ignore lint/complexity/noArguments: whatever the library takes
    const result = connect.apply(this, arguments as never);
    const socket = this.ws;
    const receive = socket && socket.onmessage;
    if (typeof receive === 'function')
      socket.onmessage = (event) => receiveOn(this, socket, event.data, stompHooks, receive, event);
    return result;
  };
}

function receiveOn(
  client: StompClient,
  socket: StompSocket,
  data: unknown,
  stompHooks: StompHooks,
  receive: (event: { readonly data?: unknown }) => unknown,
  event: { readonly data?: unknown }
): unknown {
  // Within a frame a line feed is part of it. The client would treat it as a heart-beat and drop
  // it.
  if (data === '\n' && socket._tail) {
    socket._tail += data;
    if (client.partialData) client.partialData += data;
    return;
  }
  const outer = stompHooks._event;
  stompHooks._event = { target: socket, data };
  return lastly(
    // The client converts the bytes of an ArrayBuffer to a string itself.
    () => receive.call(socket, data instanceof Bytes ? { data: data.toBinaryString() } : event),
    () => {
      stompHooks._event = outer;
    }
  );
}

/**
 * Whether the client splits a frame between the halves of a surrogate pair. Each half is then sent
 * as U+FFFD.
 */
export function cutsPairs(client: StompClient): boolean {
  let cut = false;
  if (!client._transmit) return cut;
  client.ws = {
    send: (part) => {
      cut = cut || endsInHalf(part as string);
    }
  };
  client.debug = nothing;
  client.maxWebSocketFrameSize = 8;
  // One of the two bodies has its pairs across the multiples of 8.
  for (let body = '\ud83d\ude00'; body.length < 20; body += '\ud83d\ude00') {
    client._transmit('A', {}, body);
    client._transmit('A', {}, 'x' + body);
  }
  return cut;
}

/** Lets `_transmit` split anywhere, and sends the first half of a pair together with the second. */
export function joinPairs(prototype: StompClient): void {
  const { _transmit } = prototype;
  if (!_transmit) return;
  prototype._transmit = function (this: StompClient) {
    const socket = this.ws;
    let half = '';
    this.ws = {
      send: (part) => {
        // webstomp-client has an option to send bytes.
        if (typeof part !== 'string') return socket.send(part);
        const text = half + part;
        half = endsInHalf(text) ? text.charAt(text.length - 1) : '';
        return socket.send(text.substring(0, text.length - half.length));
      }
    };
    // biome-ignore lint/complexity/noArguments: whatever the library takes
    const settings = arguments;
    return lastly(
      () => _transmit.apply(this, settings as never),
      () => {
        this.ws = socket;
      }
    );
  };
}

/** Like `finally`, which IE 7 skips if no caller catches the error. */
function lastly(act: () => unknown, end: () => void): unknown {
  let result: unknown;
  try {
    result = act();
  } catch (error) {
    end();
    throw error;
  }
  end();
  return result;
}

function endsInHalf(text: string): boolean {
  return (text.charCodeAt(text.length - 1) & 0xfc00) === 0xd800;
}
