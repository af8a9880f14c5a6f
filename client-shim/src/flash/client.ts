import type { Page, TimerId } from '../../browser.d.ts';
import { base64Encode } from '../lang/base64.ts';
import { type ByteArray, type Bytes, binaryString } from '../lang/bytes.ts';
import { utf8Decode, utf8Encode } from '../lang/utf8.ts';
import type { SocketOptions } from '../transport/lazy-script.ts';
import type { DirectSocket } from '../transport/websocket.ts';
import { httpOrigin, pathOf } from '../wire/address.ts';
import { ByteQueue, randomBytes } from './bytes.ts';
import { BINARY, CLOSE, encodeFrame, FrameReader, PING, PONG, TEXT } from './frames.ts';
import { encodeRequest, readAnswer } from './handshake.ts';
import type { Link, Movies } from './movie.ts';

/** Milliseconds from the movie to an open WebSocket. Players wait 3 s for a policy on 843 before they ask where they are going. */
const OPENING = 6000;
/** Milliseconds for the server to answer a Close, and then to end the connection (RFC 6455 §7.1.1 leaves that to it). */
const CLOSING = 10000;
const ENDING = 1000;
/** Octets of an answer's head. */
const HEAD = 16384;

/**
 * A WebSocket over a movie's TCP connection, at the plain endpoint (RFC 6455, the client's part). It has the face of a browser's own in the shim (`openNative`),
 * so that nothing above can tell the two apart.
 */
export function openFlashSocket(page: Page, movies: Movies, opening: SocketOptions): DirectSocket {
  const url = opening.url;
  const origin = httpOrigin(url);
  const events = opening.events;
  const hooks = opening.hooks;
  const nonce = randomBytes(16);
  const key = base64Encode(nonce, 0, nonce.length);
  const incoming = new ByteQueue();
  const reader = new FrameReader(incoming, { frame: frame, broken: () => fail(1002) });
  let link: Link | undefined;
  let timer: TimerId | undefined;
  let opened = false;
  let heard = false;
  /** A Close was sent. Nothing follows it. */
  let closed = false;
  /** The server's Close, once it has come. */
  let peer: { readonly code: number; readonly reason: string } | undefined;
  let over = false;
  /** Octets handed to the movie and not reported as sent yet. */
  let sent = 0;

  function setTimer(run: () => void, ms: number): void {
    clearTimer();
    timer = page.setTimeout(run, ms);
  }

  function clearTimer(): void {
    if (timer !== undefined) page.clearTimeout(timer);
    timer = undefined;
  }

  function quit(): void {
    over = true;
    reader._stop();
    clearTimer();
    if (link) link.close();
  }

  /** It did not open: somebody else's turn. */
  function pass(reason: string): void {
    quit();
    hooks.passed(reason);
  }

  function settle(): void {
    const bytes = sent;
    sent = 0;
    if (bytes) events.sent(bytes);
  }

  // --- opening ---

  function begin(ready: boolean): void {
    if (over) return;
    if (!ready) {
      pass('no player answered');
      return;
    }
    setTimer(() => pass('no answer'), OPENING);
    link = movies.open(origin, { open: greet, data: data, over: ended });
  }

  function greet(): void {
    const host = origin.substring(origin.indexOf('//') + 2);
    const request = encodeRequest({
      target: pathOf(url),
      host: host,
      key: key,
      protocols: opening.protocols,
      fields: {
        Origin: opening.origin,
        'User-Agent': (page.navigator && page.navigator.userAgent) || '',
        // Cookies heed no port. What is HttpOnly is not to be had here.
        Cookie:
          (page.location && page.location.hostname) === host.replace(/:\d+$/, '')
            ? (page.document && page.document.cookie) || ''
            : ''
      }
    });
    (link as Link).send(utf8Encode(request));
  }

  function readHead(): void {
    const bytes = incoming._peek();
    const text = binaryString(bytes, 0, Math.min(bytes.length, HEAD));
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) {
      if (bytes.length >= HEAD) pass('refused');
      return;
    }
    incoming._take(end + 4);
    const protocol = readAnswer(text.substring(0, end), key, opening.protocols);
    if (protocol === null) {
      pass('refused');
      return;
    }
    clearTimer();
    opened = true;
    hooks.opened();
    events.open(protocol, '');
  }

  function data(bytes: number[]): void {
    incoming._add(bytes);
    if (!opened && !over) readHead();
    if (opened) reader._read();
  }

  // --- messages ---

  function frame(opcode: number, payload: number[]): void {
    if (opcode === TEXT || opcode === BINARY) receive(opcode, payload);
    else if (opcode === PING) {
      if (!closed) write(PONG, payload);
    } else if (opcode === CLOSE) receiveClose(payload);
  }

  function receive(opcode: number, payload: number[]): void {
    const message = opcode === TEXT ? textOf(payload) : binaryOf(payload);
    if (message === null) {
      fail(1007);
      return;
    }
    settle();
    if (!heard) hooks.proved(true);
    heard = true;
    events.message(message);
  }

  function binaryOf(bytes: number[]): ArrayBuffer | Bytes {
    return page.Uint8Array ? (new page.Uint8Array(bytes).buffer as ArrayBuffer) : new opening.bytes(bytes);
  }

  function write(opcode: number, payload: ByteArray): void {
    // If it is gone, `over` is on its way.
    (link as Link).send(encodeFrame(opcode, payload));
  }

  // --- the end ---

  function sendClose(code: number, reason: string): void {
    if (closed) return;
    closed = true;
    write(CLOSE, code === 1005 ? [] : [code >> 8, code & 255].concat(utf8Encode(reason)));
  }

  /** RFC 6455 §7.1.5, §7.1.6, §7.4. */
  function receiveClose(payload: number[]): void {
    const code = payload.length ? ((payload[0] as number) << 8) | (payload[1] as number) : 1005;
    const reason = textOf(payload.slice(2));
    if (payload.length && (payload.length < 2 || !isLawful(code) || reason === null)) {
      fail(reason === null ? 1007 : 1002);
      return;
    }
    reader._stop();
    peer = { code: code, reason: reason || '' };
    sendClose(code, '');
    events.closing();
    // The server ends the connection; one that does not is not waited for.
    setTimer(ended, ENDING);
  }

  /** The connection is over, by whomever. */
  function ended(): void {
    if (over) return;
    if (!opened) {
      pass('refused');
      return;
    }
    quit();
    settle();
    if (!heard && !peer) hooks.proved(false);
    hooks.over(peer ? peer.code : 1006);
    if (peer) events.closed(peer.code, peer.reason, true, false);
    else events.closed(1006, '', false, true);
  }

  /** _Fail the WebSocket Connection_ (§7.1.7). */
  function fail(code: number): void {
    sendClose(code, '');
    ended();
  }

  movies.whenReady(origin, begin);

  return {
    send: (message, size) => {
      if (closed) return;
      sent += size;
      if (typeof message === 'string') write(TEXT, utf8Encode(message));
      else write(BINARY, (message as Bytes).bytes || (message as Uint8Array));
      page.setTimeout(() => {
        if (!over) settle();
      }, 0);
    },
    close: (code, reason) => {
      sendClose(code, reason);
      setTimer(ended, CLOSING);
    },
    // The movie says nothing of what is on its way: what is handed to it counts as sent a task later.
    settle: () => {},
    abandon: () => {
      if (opened && !over) sendClose(1001, '');
      quit();
    }
  };
}

/** Text of UTF-8, or null: what is not valid does not come back the same. */
function textOf(bytes: number[]): string | null {
  const text = utf8Decode(bytes, 0, bytes.length);
  const back = utf8Encode(text);
  if (back.length !== bytes.length) return null;
  for (let at = 0; at < back.length; at += 1) if (back[at] !== bytes[at]) return null;
  return text;
}

/** Codes that may stand in a Close frame (RFC 6455 §7.4, and 1012 to 1014 of the registry). */
function isLawful(code: number): boolean {
  return (code >= 1000 && code <= 1014 && !(code >= 1004 && code <= 1006)) || (code >= 3000 && code < 5000);
}
