import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { acceptOf } from '../../../gateway/native/handshake-rules.ts';
import { frame, type Servers } from './upstreams.ts';

/** One way in which a server ends a connection, or breaks the rules of RFC 6455 §5. */
export interface Ending {
  /** What the server does. */
  readonly act: (socket: Socket) => void;
  /**
   * The events that a page gets behind `open`: `message`, `error`, and `close` with its code and
   * reason, and `clean` if it is. They are those of Chromium 150; `firefoxDiffers` lists what
   * Firefox ESR 140 does otherwise.
   */
  readonly shows: string;
}

type Part = Buffer | readonly number[];

const FAILS = 'error, close 1006';
const ENDS = 'close 1006';
const HELLO = frame(0x81, 'hello');
/** A Close with 1000. */
const DONE = [0x88, 2, 3, 0xe8];

function write(socket: Socket, parts: readonly Part[]): void {
  socket.write(Buffer.concat(parts.map((part) => Buffer.from(part as Buffer))));
}

/** The server only writes. A browser fails the connection. */
function bad(...parts: Part[]): Ending {
  return { act: (socket) => write(socket, parts), shows: FAILS };
}

/** It ends its side at once behind what it writes. */
function thenEnds(shows: string, ...parts: Part[]): Ending {
  return {
    shows,
    act: (socket) => {
      write(socket, parts);
      socket.end();
    },
  };
}

/** It ends its side when the client has answered what it writes with a Close. */
function polite(shows: string, ...parts: Part[]): Ending {
  return {
    shows,
    act: (socket) => {
      write(socket, parts);
      socket.on('data', (bytes: Buffer) => {
        if (hasClose(bytes)) socket.end();
      });
    },
  };
}

/** Whether one of the client's frames is a Close. All are masked, whole and short. */
function hasClose(bytes: Buffer): boolean {
  for (let at = 0; at + 1 < bytes.length; at += 6 + ((bytes[at + 1] as number) & 0x7f)) {
    if (((bytes[at] as number) & 0x0f) === 8) return true;
  }
  return false;
}

function closeFrame(code: number, reason: Buffer | string = ''): Buffer {
  return frame(0x88, Buffer.concat([Buffer.of(code >> 8, code & 0xff), Buffer.from(reason as string)]));
}

const RESET = (socket: Socket): void => void socket.resetAndDestroy();

const PASSED = [
  ...[0, 1, 999, 1000, 1001, 1003, 1004, 1007, 1010, 1011, 1012, 1014, 1016, 1100, 1999, 2000, 2999],
  ...[3000, 4000, 4999, 5000, 25_209, 65_535],
];

/** What a server does when the first message of the client has come, as sentences about it. */
export const endings: Readonly<Record<string, Ending>> = {
  'ends its side without a Close': thenEnds(ENDS),
  'ends its side behind a message': thenEnds('message hello, close 1006', HELLO),
  'resets the connection': { act: RESET, shows: ENDS },
  'ends within the head of a frame': thenEnds(ENDS, [0x81]),
  'ends within a frame': thenEnds(ENDS, [0x81, 5, 0x68, 0x65]),
  'ends within a fragmented message': thenEnds(ENDS, [0x01, 1, 0x41]),

  'sends a Close without a code': polite('close 1005 clean', [0x88, 0]),
  'sends a Close of one byte': polite(FAILS, [0x88, 1, 3]),
  ...Object.fromEntries(
    PASSED.map((code) => [`sends a Close with ${code}`, polite(`close ${code} clean`, closeFrame(code))]),
  ),
  'sends a Close with 1005': polite(FAILS, closeFrame(1005)),
  'sends a Close with 1006': polite(FAILS, closeFrame(1006)),
  'sends a Close with 1015': polite(FAILS, closeFrame(1015)),
  'sends a Close with a reason': polite('close 4001 grün clean', closeFrame(4001, 'grün')),
  'sends a Close with 0 and a reason': polite('close 0 none clean', closeFrame(0, 'none')),
  'sends a Close with 5000 and a reason': polite('close 5000 a, b clean', closeFrame(5000, 'a, b')),
  // gevent-websocket 0.10.
  'sends a reason where the code belongs': polite('close 27497 cked clean', [0x88, 6], Buffer.from('kicked')),
  'sends a Close whose reason is not UTF-8': polite(FAILS, closeFrame(1000, Buffer.of(0xff, 0xfe))),
  'sends a Close with 5000 whose reason is not UTF-8': polite(FAILS, closeFrame(5000, Buffer.of(0xff, 0xfe))),
  'sends a Close of more than 125 bytes': polite(FAILS, closeFrame(1000, 'x'.repeat(124))),
  'sends a Close in fragments': polite(FAILS, [0x08, 2, 3, 0xe8]),
  'sends a Close within a fragmented message': polite('close 1000 clean', [0x01, 1, 0x41], DONE),

  'sends a length of 16 bits that fits 7': bad([0x81, 0x7e, 0, 1, 0x41]),
  'sends a length of 64 bits that fits 7': bad([0x82, 0x7f, 0, 0, 0, 0, 0, 0, 0, 1, 0x41]),
  'sends a length of 64 bits that fits 16': bad([0x82, 0x7f, 0, 0, 0, 0, 0, 0, 0, 200], Buffer.alloc(200)),
  'sends an empty message with a length of 16 bits': bad([0x81, 0x7e, 0, 0]),
  'sends a fragment with a length of 16 bits': bad([0x01, 1, 0x41, 0x80, 0x7e, 0, 1, 0x42]),
  'sends a Close with a length of 16 bits': bad([0x88, 0x7e, 0, 2, 3, 0xe8]),
  'sends a Ping with a length of 16 bits': bad([0x89, 0x7e, 0, 1, 0x41]),
  'sends a message with RSV1': bad([0xc1, 1, 0x41]),
  'sends a message with RSV2': bad([0xa1, 1, 0x41]),
  'sends a message with RSV3': bad([0x91, 1, 0x41]),
  'sends a Ping with RSV1': bad([0xc9, 0]),
  'sends a Close with RSV1': bad([0xc8, 2, 3, 0xe8]),
  'sends a masked message': bad([0x81, 0x81, 1, 2, 3, 4, 0x40]),
  'sends a masked Close': bad([0x88, 0x82, 0, 0, 0, 0, 3, 0xe8]),
  'sends the data opcode 3': bad([0x83, 1, 0x41]),
  'sends the data opcode 7 in fragments': bad([0x07, 1, 0x41]),
  'sends the control opcode 11': bad([0x8b, 0]),
  'sends the control opcode 15': bad([0x8f, 0]),
  'sends a Ping in fragments': bad([0x09, 0]),
  'sends a Pong in fragments': bad([0x0a, 0]),
  'sends a Ping of 126 bytes': bad(frame(0x89, 'x'.repeat(126))),
  'sends a Pong of 126 bytes': bad(frame(0x8a, 'x'.repeat(126))),
  'sends a continuation of nothing': bad([0x80, 1, 0x41]),
  'sends a first fragment of a continuation of nothing': bad([0x00, 1, 0x41]),
  'sends a message within a message': bad([0x01, 1, 0x41, 0x81, 1, 0x42]),
  'sends a bad frame behind a message': { ...bad(HELLO, [0x83, 0]), shows: `message hello, ${FAILS}` },
  'sends a bad frame within a fragmented message': bad([0x01, 1, 0x41, 0x83, 0]),
  'sends text that is not UTF-8': bad([0x81, 1, 0xff]),
  'sends text with an encoded surrogate': bad([0x81, 3, 0xed, 0xa0, 0x80]),
  'sends text that ends within a character': bad([0x81, 2, 0xe2, 0x82]),
  'sends text whose fragments are not UTF-8': bad([0x01, 1, 0x41, 0x80, 1, 0xff]),

  'sends a character in two fragments': polite(
    'message €, close 1000 clean',
    [0x01, 2, 0xe2, 0x82, 0x80, 1, 0xac],
    DONE,
  ),
  'sends a message of empty fragments': polite(
    'message , close 1000 clean',
    [0x01, 0, 0x00, 0, 0x80, 0],
    DONE,
  ),
  'sends an unsolicited Pong': polite('message hello, close 1000 clean', [0x8a, 1, 0x41], HELLO, DONE),
  'sends a Ping within a fragmented message': polite(
    'message AB, close 1000 clean',
    [0x01, 1, 0x41, 0x89, 0, 0x80, 1, 0x42],
    DONE,
  ),
};

/** What a server does when the Close of the client has come, which is 4000 `bye`. */
export const replies: Readonly<Record<string, Ending>> = {
  'answers the Close': thenEnds('close 4000 bye clean', closeFrame(4000, 'bye')),
  'answers the Close and does not end': {
    shows: 'close 4000 bye clean',
    act: (socket) => write(socket, [closeFrame(4000, 'bye')]),
  },
  'answers with another code': thenEnds('close 1001 away clean', closeFrame(1001, 'away')),
  'answers with a code that none may send': thenEnds('close 5000 odd clean', closeFrame(5000, 'odd')),
  'answers with a bad Close': thenEnds(FAILS, [0x88, 1, 3]),
  'sends a message before its answer': thenEnds('close 4000 bye clean', HELLO, closeFrame(4000, 'bye')),
  'ends its side without an answer': thenEnds(ENDS),
  'resets the connection instead of an answer': { act: RESET, shows: ENDS },
  'sends a bad frame instead of an answer': bad([0x83, 0]),
};

/** What a server does where its 101 should stand. No `open` comes. */
export const refusals: Readonly<Record<string, Ending>> = {
  'ends its side before an answer': thenEnds(FAILS),
  'resets the connection before an answer': { act: RESET, shows: FAILS },
  'ends within its answer': thenEnds(FAILS, Buffer.from('HTTP/1.1 101 Switching Proto')),
  'answers what is not HTTP': thenEnds(FAILS, Buffer.from('SSH-2.0-OpenSSH_9.2\r\n\r\n')),
  'answers 101 with a wrong Sec-WebSocket-Accept': bad(Buffer.from(switching('wrong'))),
  'answers 101 without Upgrade': thenEnds(FAILS, Buffer.from('HTTP/1.1 101 Switching Protocols\r\n\r\n')),
  ...Object.fromEntries(
    [200, 204, 301, 400, 401, 403, 404, 426, 429, 500, 503].map((status) => [
      `answers ${status}`,
      thenEnds(FAILS, Buffer.from(`HTTP/1.1 ${status} Status\r\nContent-Length: 0\r\n\r\n`)),
    ]),
  ),
};

/** What Firefox shows where it is not what Chromium shows. */
export const firefoxDiffers: Readonly<Record<string, string>> = {
  'resets the connection': FAILS,
  'resets the connection instead of an answer': FAILS,
  'sends a Close of one byte': 'close 1005 clean',
  'answers with a bad Close': 'close 1005 clean',
  'sends a Close with 1005': 'close 1005 clean',
  'sends a Close with 1006': 'close 1006 clean',
  'sends a Close with 1015': 'close 1015 clean',
  'sends a masked Close': 'close 1000 clean',
  // It delivers the message, or reads nothing more, and the connection stays open.
  'sends a masked message': 'open for ever',
  'sends the data opcode 7 in fragments': 'open for ever',
};

function switching(accept: string): string {
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}

/** The last word of the path at which `endingServer` does this. */
export function wordOf(name: string): string {
  for (const [letter, table] of Object.entries({ e: endings, c: replies, r: refusals })) {
    const index = Object.keys(table).indexOf(name);
    if (index >= 0) return letter + index;
  }
  throw new RangeError(name);
}

/**
 * A server that does what the last word of the path says. `heard` gets what clients send behind
 * their first message or Close.
 */
export function endingServer(
  servers: Servers,
  heard: (word: string, bytes: Buffer) => void = () => {},
): Promise<number> {
  return servers.http((server) => {
    server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
      socket.on('error', () => {});
      const word = (request.url ?? '').split('/').at(-1) ?? '';
      const index = Number(word.slice(1));
      if (word.startsWith('r')) {
        Object.values(refusals)[index]?.act(socket);
        return;
      }
      socket.write(switching(acceptOf(String(request.headers['sec-websocket-key']))));
      socket.once('data', () => {
        socket.on('data', (bytes) => heard(word, bytes));
        Object.values(word.startsWith('c') ? replies : endings)[index]?.act(socket);
      });
    });
  });
}
