import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { readMessages } from '../../../gateway/channel/ws-messages.ts';
import { frame } from '../../support/servers/upstreams.ts';

const mask = Buffer.of(1, 2, 3, 4);
const text = (payload: string): Buffer => frame(0x81, payload, mask);

/** A WebSocket at its server, and the connection under it. */
function open(): Promise<{ ws: WebSocket; socket: Duplex }> {
  const socket = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
  const headers = {
    upgrade: 'websocket',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-version': '13',
  };
  const request = { method: 'GET', headers, socket } as unknown as IncomingMessage;
  return new Promise((resolve) => {
    new WebSocketServer({ noServer: true }).handleUpgrade(request, socket, Buffer.alloc(0), (ws) =>
      resolve({ ws, socket }),
    );
  });
}

// test/fuzz/targets/ws-messages.ts shows that the messages are those of `ws`, whatever comes.
describe('the messages of a WebSocket', () => {
  let ws: WebSocket;
  let socket: Duplex;
  let received: string[];
  /** Messages that `ws` itself has read. */
  let readByWs: number;

  beforeEach(async () => {
    ({ ws, socket } = await open());
    received = [];
    readByWs = 0;
    ws.on('message', () => readByWs++);
  });
  // Else `ws` waits 30 s for the peer's Close.
  afterEach(() => socket.destroy());

  const read = (): void => {
    readMessages(ws, { message: (message) => received.push(message.text) }, undefined);
  };

  it('are read without ws, if each is one frame in one chunk', () => {
    read();
    socket.emit('data', text('a'));
    socket.emit('data', Buffer.concat([text('b'), text('é'.repeat(100)), text('')]));
    assert.deepEqual(received, ['a', 'b', 'é'.repeat(100), '']);
    assert.equal(readByWs, 0);
  });

  it('are read without ws again, after a frame that came in parts and a message of fragments', () => {
    read();
    socket.emit('data', Buffer.concat([text('a'), text('bc').subarray(0, 7)]));
    socket.emit('data', Buffer.concat([text('bc').subarray(7), frame(0x01, 'd', mask)]));
    socket.emit('data', frame(0x80, 'e', mask));
    assert.deepEqual([received, readByWs], [['a', 'bc', 'de'], 2]);
    socket.emit('data', text('f'));
    assert.deepEqual([received, readByWs], [['a', 'bc', 'de', 'f'], 2]);
  });

  it('keep coming behind one whose receiver throws', () => {
    const fail = (): never => {
      throw new Error('a handler failed');
    };
    const message = ({ text }: { text: string }) => (text === 'a' ? fail() : received.push(text));
    readMessages(ws, { message }, undefined);
    assert.throws(() => socket.emit('data', Buffer.concat([text('a'), text('b').subarray(0, 3)])));
    socket.emit('data', text('b').subarray(3));
    assert.deepEqual(received, ['b']);
  });
});
