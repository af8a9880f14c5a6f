import type { Page, TimerId } from '../../browser.d.ts';
import { base64Encode } from '../lang/base64.ts';
import { type ByteArray, type Bytes, binaryString } from '../lang/bytes.ts';
import { utf8Decode, utf8Encode } from '../lang/utf8.ts';
import type { DirectSocket } from '../transport/direct-socket.ts';
import type { SocketOptions } from '../transport/lazy-script.ts';
import { httpOrigin, pathOf } from '../wire/address.ts';
import type { Binary } from '../wire/payload.ts';
import { ByteQueue, randomBytes } from './bytes.ts';
import { BINARY, CLOSE, encodeFrame, FrameReader, mayPass, PING, PONG, TEXT } from './frames.ts';
import { encodeRequest, readAnswer } from './handshake.ts';
import type { Link, Movies } from './movie.ts';

/**
 * Milliseconds from the ready movie to an open WebSocket. Players wait 3 s for a policy on port 843
 * before they ask for one at the port of the connection.
 */
const OPEN_TIMEOUT = 6000;
/** Milliseconds for the server to answer a Close. */
const CLOSE_TIMEOUT = 10000;
/**
 * Milliseconds for the server to end the connection after the Close (RFC 6455 §7.1.1 leaves that to
 * it).
 */
const END_TIMEOUT = 1000;
/** Most bytes of an answer's head. */
const HEAD = 16384;

/** Waiting for the player, the TCP connection and the answer to the handshake. */
const CONNECTING = 0;
const OPEN = 1;
/** A Close was sent. Nothing is sent after it. */
const CLOSING = 2;
/** The connection is over, or was given up; no event follows. */
const OVER = 3;

/** Why the server closed. */
interface PeerClose {
  readonly code: number;
  readonly reason: string;
}

/**
 * A WebSocket over a movie's TCP connection, at the plain endpoint (RFC 6455, the client's part).
 * In the shim it has the interface of a browser's own (`openNative`), so that nothing above can
 * tell the two apart.
 */
export function openFlashSocket(page: Page, movies: Movies, options: SocketOptions): DirectSocket {
  return new FlashSocket(page, movies, options);
}

class FlashSocket implements DirectSocket {
  private readonly _page: Page;
  private readonly _options: SocketOptions;
  private readonly _origin: string;
  private readonly _key: string;
  private readonly _incoming = new ByteQueue();
  private readonly _reader: FrameReader;
  private _link: Link | undefined;
  private _timer: TimerId | undefined;
  private _phase = CONNECTING;
  private _heard = false;
  /** The server's Close, once it has come. */
  private _peer: PeerClose | undefined;
  /** Bytes given to the movie and not yet reported as sent. */
  private _sent = 0;

  constructor(page: Page, movies: Movies, options: SocketOptions) {
    const nonce = randomBytes(16);
    const origin = httpOrigin(options.url);
    this._page = page;
    this._options = options;
    this._origin = origin;
    this._key = base64Encode(nonce, 0, nonce.length);
    this._reader = new FrameReader(this._incoming, {
      frame: (opcode, payload) => this._onFrame(opcode, payload),
      broken: () => this._fail(1002)
    });
    movies.whenReady(origin, (ready) => this._begin(movies, ready));
  }

  send(message: string | Binary, size: number): void {
    if (this._phase !== OPEN) return;
    this._sent += size;
    if (typeof message === 'string') this._write(TEXT, utf8Encode(message));
    else this._write(BINARY, (message as Bytes).bytes || (message as Uint8Array));
    // The movie does not say what has left it: what it got counts as sent one task later.
    this._page.setTimeout(() => {
      if (this._phase !== OVER) this._reportSent();
    }, 0);
  }

  close(code: number, reason: string): void {
    this._sendClose(code, reason);
    this._setTimer(() => this._onEnd(), CLOSE_TIMEOUT);
  }

  /** Does nothing: see `send`. */
  settle(): void {}

  abandon(): void {
    if (this._phase !== OVER) this._sendClose(1001, '');
    this._quit();
  }

  /** The one place where the state changes. A later state never goes back to an earlier one. */
  private _enter(phase: number): void {
    if (phase < this._phase) return;
    this._phase = phase;
    if (phase !== CLOSING) this._clearTimer();
    if (phase !== OVER) return;
    this._reader._stop();
    if (this._link) this._link.close();
  }

  private _quit(): void {
    this._enter(OVER);
  }

  /** It did not open, and the next step of the ladder has its turn. */
  private _pass(reason: string): void {
    this._quit();
    this._options.hooks.passed(reason);
  }

  private _reportSent(): void {
    const bytes = this._sent;
    this._sent = 0;
    if (bytes) this._options.events.sent(bytes);
  }

  // --- opening ---

  private _begin(movies: Movies, ready: boolean): void {
    if (this._phase === OVER) return;
    if (!ready) {
      this._pass('no player answered');
      return;
    }
    this._setTimer(() => this._pass('no answer'), OPEN_TIMEOUT);
    this._link = movies.open(this._origin, {
      open: () => this._sendRequest(),
      data: (bytes) => this._onData(bytes),
      over: () => this._onEnd()
    });
  }

  private _sendRequest(): void {
    const { url, protocols, origin } = this._options;
    const { navigator, location, document } = this._page;
    const host = this._origin.substring(this._origin.indexOf('//') + 2);
    const request = encodeRequest({
      target: pathOf(url),
      host: host,
      key: this._key,
      protocols: protocols,
      fields: {
        Origin: origin,
        'User-Agent': (navigator && navigator.userAgent) || '',
        // Cookies do not depend on the port. Scripts cannot read those that are HttpOnly.
        Cookie:
          (location && location.hostname) === host.replace(/:\d+$/, '')
            ? (document && document.cookie) || ''
            : ''
      }
    });
    (this._link as Link).send(utf8Encode(request));
  }

  private _onData(bytes: number[]): void {
    this._incoming._add(bytes);
    if (this._phase === CONNECTING) this._readHead();
    if (this._isOpen()) this._reader._read();
  }

  private _readHead(): void {
    const bytes = this._incoming._peek();
    const text = binaryString(bytes, 0, Math.min(bytes.length, HEAD));
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) {
      if (bytes.length >= HEAD) this._pass('refused');
      return;
    }
    this._incoming._take(end + 4);
    const protocol = readAnswer(text.substring(0, end), this._key, this._options.protocols);
    if (protocol === null) {
      this._pass('refused');
      return;
    }
    this._enter(OPEN);
    this._options.hooks.opened();
    this._options.events.open(protocol, '');
  }

  // --- messages ---

  private _onFrame(opcode: number, payload: number[]): void {
    if (opcode === TEXT || opcode === BINARY) this._receive(opcode, payload);
    else if (opcode === PING) {
      if (this._phase === OPEN) this._write(PONG, payload);
    } else if (opcode === CLOSE) this._receiveClose(payload);
  }

  private _receive(opcode: number, payload: number[]): void {
    const { events, hooks } = this._options;
    const message = opcode === TEXT ? textOf(payload) : this._binaryOf(payload);
    if (message === null) {
      this._fail(1007);
      return;
    }
    this._reportSent();
    if (!this._heard) hooks.proved(true);
    this._heard = true;
    events.message(message);
  }

  private _binaryOf(bytes: number[]): ArrayBuffer | Bytes {
    const page = this._page;
    return page.Uint8Array
      ? (new page.Uint8Array(bytes).buffer as ArrayBuffer)
      : new this._options.bytes(bytes);
  }

  private _write(opcode: number, payload: ByteArray): void {
    // If the link is gone, its `over` follows.
    (this._link as Link).send(encodeFrame(opcode, payload));
  }

  // --- the end ---

  private _isOpen(): boolean {
    return this._phase === OPEN || this._phase === CLOSING;
  }

  private _sendClose(code: number, reason: string): void {
    if (this._phase !== OPEN) return;
    this._enter(CLOSING);
    this._write(CLOSE, code === 1005 ? [] : [code >> 8, code & 255].concat(utf8Encode(reason)));
  }

  /** RFC 6455 §7.1.5, §7.1.6, §7.4. */
  private _receiveClose(payload: number[]): void {
    const code = payload.length ? ((payload[0] as number) << 8) | (payload[1] as number) : 1005;
    const reason = textOf(payload.slice(2));
    if (payload.length && (payload.length < 2 || !mayPass(code) || reason === null)) {
      this._fail(reason === null ? 1007 : 1002);
      return;
    }
    this._reader._stop();
    this._peer = { code: code, reason: reason || '' };
    this._sendClose(code, '');
    this._options.events.closing();
    // It is the server's turn to end the connection.
    this._setTimer(() => this._onEnd(), END_TIMEOUT);
  }

  /** The connection ended, whoever ended it. */
  private _onEnd(failed = false): void {
    const { events, hooks } = this._options;
    const peer = this._peer;
    if (this._phase === OVER) return;
    if (this._phase === CONNECTING) {
      this._pass('refused');
      return;
    }
    this._quit();
    this._reportSent();
    if (!this._heard && !peer) hooks.proved(false);
    hooks.over(peer ? peer.code : 1006);
    if (peer) events.closed(peer.code, peer.reason, true, false);
    else events.closed(1006, '', false, failed);
  }

  /** _Fail the WebSocket Connection_ (RFC 6455 §7.1.7). */
  private _fail(code: number): void {
    this._sendClose(code, '');
    this._onEnd(true);
  }

  private _setTimer(run: () => void, ms: number): void {
    this._clearTimer();
    this._timer = this._page.setTimeout(run, ms);
  }

  private _clearTimer(): void {
    if (this._timer !== undefined) this._page.clearTimeout(this._timer);
    this._timer = undefined;
  }
}

/** The text of valid UTF-8, else null. Invalid UTF-8 is not the same when it is encoded again. */
function textOf(bytes: number[]): string | null {
  const text = utf8Decode(bytes, 0, bytes.length);
  const back = utf8Encode(text);
  if (back.length !== bytes.length) return null;
  for (let at = 0; at < back.length; at += 1) if (back[at] !== bytes[at]) return null;
  return text;
}
