import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/**
 * Both ends of a flood: numbered messages in both directions at once, each counted and checked
 * where it arrives.
 */
export interface Flood {
  readonly port: number;
  /** WebSocket connections that were opened so far. */
  readonly opened: number;
  /** Messages that came from the page, of all connections. */
  readonly received: number;
  /** What came that was not the next one, of the first connection that had such. */
  readonly wrong: string | undefined;
  /** Codes with which connections ended. */
  readonly ends: readonly number[];
  close(): Promise<void>;
}

const LENGTH = 100;

/** The `index`th message: 100 bytes that begin with its number. */
export function numbered(index: number): string {
  return `${index} `.padEnd(LENGTH, 'abcdefghij');
}

/** A server that sends `count` messages to everyone who connects and checks those that come. */
export async function startFlood(count: number): Promise<Flood> {
  let opened = 0;
  let received = 0;
  let wrong: string | undefined;
  const ends: number[] = [];
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket) => {
    opened++;
    let next = 0;
    socket.on('error', () => {}).on('close', (code) => ends.push(code));
    socket.on('message', (data) => {
      if (data.toString() !== numbered(next)) wrong ??= `message ${next} was ${data.toString().slice(0, 20)}`;
      next++;
      received++;
    });
    pour(socket, count);
  });
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get opened() {
      return opened;
    },
    get received() {
      return received;
    },
    get wrong() {
      return wrong;
    },
    ends,
    async close() {
      for (const socket of server.clients) socket.terminate();
      server.close();
      await once(server, 'close');
    },
  };
}

function pour(socket: WebSocket, count: number): void {
  let next = 0;
  const more = () => {
    for (let batch = 0; batch < 50 && next < count && socket.bufferedAmount < 2 ** 18; batch++) {
      socket.send(numbered(next++));
    }
    if (next < count && socket.readyState === socket.OPEN) setTimeout(more, 1);
  };
  more();
}

/** The page's end, as the script of a page: `flood` tells how it goes. Pages are ES3. */
export const floodScript = `
  function numbered(index) {
    var text = index + ' ';
    while (text.length < ${LENGTH}) text += 'abcdefghij'.substring(0, Math.min(10, ${LENGTH} - text.length));
    return text;
  }
  function startFlood(url, count) {
    var flood = { opened: 0, sent: 0, received: 0, wrong: null, closed: null };
    var ws = new WebSocket(url);
    flood.socket = ws;
    ws.onopen = function () {
      flood.opened += 1;
      function more() {
        var batch;
        for (batch = 0; batch < 50 && flood.sent < count && ws.bufferedAmount < 65536; batch += 1) {
          ws.send(numbered(flood.sent));
          flood.sent += 1;
        }
        if (flood.sent < count && ws.readyState === 1) setTimeout(more, 1);
      }
      more();
    };
    ws.onmessage = function (event) {
      if (event.data !== numbered(flood.received) && flood.wrong === null) {
        flood.wrong = 'message ' + flood.received + ' was ' + event.data.substring(0, 20);
      }
      flood.received += 1;
    };
    ws.onclose = function (event) { flood.closed = event.code; };
    return flood;
  }`;
