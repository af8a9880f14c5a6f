import type { Socket } from 'node:net';
import websocketDriver, { type Driver } from 'websocket-driver';
import type { Handshake } from '../backend/backend.ts';
import type { Clock } from '../base/clock.ts';
import { bad, checkUpgrade } from './handshake-rules.ts';
import type { UpgradeRequest } from './upgrade-request.ts';

/** Milliseconds in which the rest of the key must come, counted from the head of the answer. */
const KEY_TIMEOUT = 10_000;

/**
 * Bytes of key behind the head of the request: draft-hixie-thewebsocketprotocol-76 §4.1, step 24.
 */
const KEY_SIZE = 8;

/**
 * The draft of a handshake: draft-hixie-thewebsocketprotocol-75 or -76. Undefined: neither. A
 * handshake without any key counts as -75 only if it has the exact words of -75 §4.1.
 */
export function hixieDraft({ headers }: Handshake): 75 | 76 | undefined {
  if ('sec-websocket-version' in headers || 'sec-websocket-key' in headers) return undefined;
  if ('sec-websocket-key1' in headers || 'sec-websocket-key2' in headers) return 76;
  return headers.upgrade === 'WebSocket' && 'origin' in headers ? 75 : undefined;
}

/** Checks a handshake of either draft. Throws a `RequestError` 400. */
export function checkHixieHandshake(handshake: Handshake): void {
  checkUpgrade(handshake);
  if (hixieDraft(handshake) === 75) return;
  for (const name of ['sec-websocket-key1', 'sec-websocket-key2']) {
    if (!isKey(handshake.headers[name])) throw bad(`bad ${name}`);
  }
}

/**
 * A number of 32 bits times the number of spaces, with those spaces between its digits: -76 §5.2.
 * The library would throw for a larger number, when the eight bytes come.
 */
function isKey(key: string | string[] | undefined): boolean {
  if (typeof key !== 'string' || !/\d/.test(key)) return false;
  const spaces = key.split(' ').length - 1;
  const number = Number(key.replace(/\D/g, ''));
  return spaces > 0 && number % spaces === 0 && number / spaces <= 0xffff_ffff;
}

/**
 * Answers the handshake. In draft 76 the head of the answer is sent first, and the digest when the
 * eight bytes of the key have come: HAProxy passes these bytes only after a 101
 * (faye-websocket-node#4), and so does nginx. Data that the client sent behind its key is then on
 * the socket. `protocol` is the backend's subprotocol, or empty. Undefined: the key did not come,
 * and the connection has been ended.
 */
export async function answerHixie(
  { handshake, socket, head }: UpgradeRequest,
  protocol: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<Driver | undefined> {
  const driver = websocketDriver.http({ method: 'GET', url: handshake.url, headers: knownFields(handshake) });
  driver.io.on('data', (bytes) => socket.write(bytes));
  if (protocol !== '') answerProtocol(driver, handshake);
  socket.setTimeout(0);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 60_000);
  driver.start();
  if (head.length > 0) socket.unshift(head);
  if (driver.version === 'hixie-75') return driver;
  const key = await readKey(socket, clock, signal);
  if (key === undefined) return undefined;
  driver.parse(key);
  return driver;
}

/**
 * The fields from which the library makes its answer. It repeats scheme, host and origin, and the
 * client compares them with its own.
 */
function knownFields({ headers, host, secure }: Handshake): Handshake['headers'] {
  return {
    host,
    upgrade: 'WebSocket',
    connection: 'Upgrade',
    origin: headers.origin,
    'sec-websocket-key1': headers['sec-websocket-key1'],
    'sec-websocket-key2': headers['sec-websocket-key2'],
    ...(secure && { https: 'on' }),
  };
}

/**
 * These clients know one subprotocol. If a page gives them a list, they send it as one text, and
 * they expect exactly that text in the answer (-76 §4.1, step 41).
 */
function answerProtocol(driver: Driver, { headers }: Handshake): void {
  const name = driver.version === 'hixie-75' ? 'WebSocket-Protocol' : 'Sec-WebSocket-Protocol';
  const offered = headers[name.toLowerCase()];
  if (typeof offered === 'string') driver.setHeader(name, offered);
}

function readKey(socket: Socket, clock: Clock, signal: AbortSignal): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    let received: Buffer = Buffer.alloc(0);
    const settle = (key?: Buffer): void => {
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      socket.off('data', read).off('end', giveUp).pause();
      resolve(key);
    };
    const giveUp = (): void => {
      settle();
      socket.destroySoon();
    };
    const read = (bytes: Buffer): void => {
      received = Buffer.concat([received, bytes]);
      if (received.length < KEY_SIZE) return;
      settle(received.subarray(0, KEY_SIZE));
      if (received.length > KEY_SIZE) socket.unshift(received.subarray(KEY_SIZE));
    };
    const timer = clock.setTimeout(giveUp, KEY_TIMEOUT);
    // The client is gone, or the gateway drains.
    signal.addEventListener('abort', giveUp);
    socket.on('data', read).on('end', giveUp).resume();
  });
}
