import assert from 'node:assert/strict';
import { Settings } from '../../../client-shim/src/facade/settings.ts';
import { createStompHooks } from '../../../client-shim/src/facade/stomp-hooks.ts';
import { createWebSocket } from '../../../client-shim/src/facade/web-socket.ts';
import { Bytes } from '../../../client-shim/src/lang/bytes.ts';
import { type FakeConnection, fakeConnect } from '../../support/realm/fake-connection.ts';
import { withGlobals } from '../../support/realm/globals.ts';

type Seen = Record<string, unknown> & { type: string };
type Socket = globalThis.EventTarget &
  Record<string, unknown> & {
    readyState: number;
    bufferedAmount: number;
    binaryType: string;
    send(data?: unknown): void;
    close(code?: unknown, reason?: unknown): void;
    onopen: unknown;
    onmessage: ((event: Seen) => void) | null;
  };
type Constructor = (new (url?: unknown, protocols?: unknown) => Socket) & Record<string, unknown>;

/** Until everything that the facade has put off to later tasks has run. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await new Promise((done) => setImmediate(done));
}

const errorOf = (name: string, code: number) => (error: Error & { code?: number }) =>
  error.name === name && error.code === code;

for (const accessors of [true, false]) {
  describe(`WebSocket with attributes as ${accessors ? 'accessors' : 'plain fields'}`, () => {
    let WebSocket: Constructor;
    let network: ReturnType<typeof fakeConnect>;
    let undo: () => void;

    beforeEach(() => {
      undo = withGlobals({
        location: { href: 'http://page.test/dir/' },
        FileReader: StandInReader,
        setTimeout: setImmediate,
      });
      network = fakeConnect();
      WebSocket = createWebSocket({
        connect: network.connect,
        _settings: gatewaySettings(),
        _native: undefined,
        _stompHooks: createStompHooks(),
        _accessors: accessors,
      }) as unknown as Constructor;
    });
    afterEach(() => undo());

    const make = (protocols?: unknown): [Socket, FakeConnection] => [
      new WebSocket('ws://gateway.test/echo', protocols),
      network.last(),
    ];
    const opened = async (): Promise<[Socket, FakeConnection]> => {
      const [socket, connection] = make();
      connection.events.open('', '');
      await settled();
      return [socket, connection];
    };
    const record = (socket: Socket): unknown[][] => {
      const seen: unknown[][] = [];
      for (const type of ['open', 'message', 'error', 'close'])
        socket[`on${type}`] = (event: Seen) => {
          const more =
            type === 'message'
              ? [event.data]
              : type === 'close'
                ? [event.code, event.reason, event.wasClean]
                : [];
          seen.push([type, socket.readyState, ...more]);
        };
      return seen;
    };

    it('says why an address is nobody’s, in diagnostics and once in the console', async () => {
      const warned: string[] = [];
      const restore = withGlobals({ console: { warn: (text: string) => warned.push(text) } });
      try {
        const socket = new WebSocket('ws://portal.test:8000/ws');
        new WebSocket('ws://portal.test:8000/ws');
        await settled();
        assert.equal(socket.readyState, 3);
        const what = 'ws://portal.test:8000/ws: not an address of a gateway (gateway.test); see data-map';
        const steps = socket.diagnostics as unknown as { what: string }[];
        assert.deepEqual(
          steps.map((step) => step.what),
          [what],
        );
        assert.deepEqual(warned, [what]);
      } finally {
        restore();
      }
    });

    it('has the constants on constructor, prototype and instances', () => {
      const [socket] = make();
      for (const holder of [WebSocket, WebSocket.prototype as object, socket])
        assert.deepEqual(
          ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'].map(
            (name) => (holder as Record<string, unknown>)[name],
          ),
          [0, 1, 2, 3],
        );
    });

    it('is a TypeError without new, and without an address', () => {
      assert.throws(() => (WebSocket as unknown as (url: string) => void)('ws://gateway.test/'), TypeError);
      assert.throws(() => new WebSocket(), TypeError);
    });

    it('begins with the attributes of the standard', () => {
      const socket = new WebSocket('ws://GATEWAY.test:80/echo?x');
      assert.ok(socket instanceof WebSocket);
      assert.deepEqual(
        [
          'url',
          'readyState',
          'bufferedAmount',
          'extensions',
          'protocol',
          'binaryType',
          'onopen',
          'onclose',
        ].map((name) => socket[name]),
        ['ws://gateway.test/echo?x', 0, 0, '', '', 'blob', null, null],
      );
    });

    it('hands address, subprotocols and origin to the connection', () => {
      const [, connection] = make(['a', 'b']);
      assert.deepEqual(connection.target, {
        url: 'ws://gateway.test/echo',
        protocols: ['a', 'b'],
        origin: 'http://page.test',
        transports: null,
        _rests: true,
      });
    });

    it('checks the address before the subprotocols, and makes no connection for a bad one', () => {
      assert.throws(() => new WebSocket('ftp://x', ['a', 'a']), errorOf('SyntaxError', 12));
      assert.throws(() => new WebSocket('ws://gateway.test/', ''), errorOf('SyntaxError', 12));
      assert.equal(network.count(), 0);
    });

    it('opens with subprotocol and extensions set', async () => {
      const [socket, connection] = make('chat');
      const seen = record(socket);
      socket.addEventListener('open', () => seen.push([socket.protocol, socket.extensions]));
      connection.events.open('chat', 'permessage-deflate');
      await settled();
      assert.deepEqual(seen, [
        ['open', 1],
        ['chat', 'permessage-deflate'],
      ]);
    });

    it('refuses to send while connecting', () => {
      const [socket, connection] = make();
      assert.throws(() => socket.send('x'), errorOf('InvalidStateError', 11));
      assert.throws(() => socket.send(), TypeError);
      assert.equal(socket.bufferedAmount, 0);
      assert.deepEqual(connection.calls, []);
    });

    it('sends text as scalar values and whatever else as text', async () => {
      const [socket, connection] = await opened();
      for (const data of [
        'a',
        '',
        '\ud800x',
        'é😀',
        12,
        null,
        undefined,
        { toString: () => 'object' },
        [1, 2],
      ])
        socket.send(data);
      assert.deepEqual(connection.calls, [
        ['send', 'a', 1],
        ['send', '', 0],
        ['send', '\ufffdx', 4],
        ['send', 'é😀', 6],
        ['send', '12', 2],
        ['send', 'null', 4],
        ['send', 'undefined', 9],
        ['send', 'object', 6],
        ['send', '1,2', 3],
      ]);
      assert.equal(socket.bufferedAmount, 35);
    });

    it('sends the viewed part of binary data, as it is at the time of the call', async () => {
      const [socket, connection] = await opened();
      const bytes = Uint8Array.from([1, 2, 3, 4, 5]);
      socket.send(bytes.buffer);
      socket.send(bytes.subarray(1, 3));
      socket.send(new DataView(bytes.buffer, 4));
      socket.send(Uint16Array.from([0x0201]));
      socket.send(new Bytes([0, 255]));
      socket.send(new ArrayBuffer(0));
      bytes.fill(9);
      assert.deepEqual(connection.calls, [
        ['send', [1, 2, 3, 4, 5], 5],
        ['send', [2, 3], 2],
        ['send', [5], 1],
        ['send', [1, 2], 2],
        ['send', [0, 255], 2],
        ['send', [], 0],
      ]);
    });

    it('keeps the order of what is sent behind a Blob, the Close included', async () => {
      const [socket, connection] = await opened();
      socket.send(new Blob(['abc']));
      socket.send('text');
      socket.send(new Blob(['d']));
      socket.send('more');
      socket.close(1000);
      assert.equal(socket.bufferedAmount, 12);
      assert.deepEqual(connection.calls, []);
      await settled();
      assert.deepEqual(connection.calls, [
        ['send', [97, 98, 99], 3],
        ['send', 'text', 4],
        ['send', [100], 1],
        ['send', 'more', 4],
        ['close', 1000, ''],
      ]);
    });

    it('fails when a Blob cannot be read', async () => {
      const [socket, connection] = await opened();
      const seen = record(socket);
      StandInReader.failing = true;
      socket.send(new Blob(['abc']));
      await settled();
      StandInReader.failing = false;
      await settled();
      assert.deepEqual(connection.calls, [['close', 1005, '']]);
      assert.deepEqual(seen, [
        ['error', 3],
        ['close', 3, 1006, '', false],
      ]);
    });

    it('tells how much is buffered: up within send, down by acknowledgement, only up after close', async () => {
      const [socket, connection] = await opened();
      socket.send('12345');
      socket.send('678');
      assert.equal(socket.bufferedAmount, 8);
      connection.events.sent(5);
      assert.equal(socket.bufferedAmount, 3);
      socket.close();
      socket.send('ab');
      assert.equal(socket.bufferedAmount, 5);
      connection.events.closed(1005, '', true, false);
      await settled();
      socket.send(Uint8Array.from([1]));
      assert.equal(socket.bufferedAmount, 6);
      assert.equal(connection.calls.filter(([call]) => call === 'send').length, 2);
    });

    it('asks a connection that only knows on request how much is buffered', async () => {
      const [socket, connection] = await opened();
      let pending = 4;
      Object.assign(connection, {
        settle: () => {
          const bytes = pending;
          pending = 0;
          if (bytes) connection.events.sent(bytes);
        },
      });
      socket.send('12345');
      assert.equal(socket.bufferedAmount, 1);
    });

    it('checks the arguments of close before its state, code before reason', async () => {
      const [socket] = make();
      for (const code of [0, 999, 1001, 1005, 2999, 5000, 65536, -1, Number.NaN, null, 'x', 999.4, 4999.5])
        assert.throws(() => socket.close(code), errorOf('InvalidAccessError', 15), String(code));
      assert.throws(() => socket.close(1, 'x'.repeat(200)), errorOf('InvalidAccessError', 15));
      assert.throws(() => socket.close(1000, 'x'.repeat(124)), errorOf('SyntaxError', 12));
      assert.throws(() => socket.close(1000, '\ud800'.repeat(42)), errorOf('SyntaxError', 12));
      assert.equal(socket.readyState, 0);
      socket.close();
      await settled();
      assert.throws(() => socket.close(1), errorOf('InvalidAccessError', 15));
    });

    it('closes with code and reason as given, without a code if none is given', async () => {
      for (const [args, expected] of [
        [[], [1005, '']],
        [
          [undefined, undefined],
          [1005, ''],
        ],
        [[1000], [1000, '']],
        [
          [3000.5, 'half is even'],
          [3000, 'half is even'],
        ],
        [[4999.4], [4999, '']],
        [
          ['4001', 'bye'],
          [4001, 'bye'],
        ],
        [
          [4000, `${'x'.repeat(120)}\udfff`],
          [4000, `${'x'.repeat(120)}\ufffd`],
        ],
        [
          [4000, null],
          [4000, 'null'],
        ],
        [
          [undefined, 'why'],
          [1000, 'why'],
        ],
      ] as const) {
        const [socket, connection] = await opened();
        socket.close(...args);
        assert.equal(socket.readyState, 2);
        socket.close(1000, 'again');
        assert.deepEqual(connection.calls, [['close', ...expected]]);
      }
    });

    it('is CLOSING when the peer closes, then CLOSED with what the peer sent', async () => {
      const [socket, connection] = await opened();
      const seen = record(socket);
      connection.events.message('last');
      connection.events.closing();
      connection.events.message('too late');
      await settled();
      assert.equal(socket.readyState, 2);
      connection.events.closed(4001, 'bye', true, false);
      await settled();
      assert.deepEqual(seen, [
        ['message', 1, 'last'],
        ['close', 3, 4001, 'bye', true],
      ]);
    });

    it('tells of a failure by error and then close, once', async () => {
      const [socket, connection] = make();
      const seen = record(socket);
      connection.events.closed(1006, '', false, true);
      connection.events.closed(1006, '', false, true);
      connection.events.open('', '');
      connection.events.message('x');
      await settled();
      assert.deepEqual(seen, [
        ['error', 3],
        ['close', 3, 1006, '', false],
      ]);
    });

    it('drops messages after close was called', async () => {
      const [socket, connection] = await opened();
      const seen = record(socket);
      connection.events.message('one');
      connection.events.message('two');
      socket.onmessage = () => {
        seen.push(['closing']);
        socket.close();
      };
      await settled();
      assert.deepEqual(seen, [['message', 1, 'one'], ['closing']]);
    });

    it('gives the page a task of its own for each message of one response', async () => {
      const [socket, connection] = await opened();
      const next = () =>
        new Promise<unknown>((done) => {
          socket.onmessage = (event) => done(event.data);
        });
      const first = next();
      for (const text of ['1', '2', '3']) connection.events.message(text);
      assert.deepEqual([await first, await next(), await next()], ['1', '2', '3']);
    });

    it('keeps the order of messages in engines without MessageChannel, also when a handler lets more in', async () => {
      const restore = withGlobals({ MessageChannel: undefined });
      const [socket, connection] = make();
      const seen: unknown[] = [];
      socket.onmessage = (event) => {
        if (event.data === '1') connection.events.message('from within');
        seen.push(event.data);
      };
      connection.events.open('', '');
      for (const text of ['1', '2']) connection.events.message(text);
      restore();
      assert.deepEqual(seen, ['1', 'from within', '2']);
    });

    it('delivers binary by the binaryType at delivery', async () => {
      const [socket, connection] = await opened();
      const got: unknown[] = [];
      socket.onmessage = (event) => got.push(event.data);
      const whole = Uint8Array.from([0, 1, 2, 3]);
      socket.binaryType = 'arraybuffer';
      for (const data of [whole, whole.buffer, whole.subarray(1, 3), new Bytes([0, 255])])
        connection.events.message(data);
      await settled();
      socket.binaryType = 'nonsense';
      connection.events.message(whole);
      await settled();
      assert.equal(socket.binaryType, 'arraybuffer');
      assert.ok(got.every((data) => data instanceof ArrayBuffer));
      assert.deepEqual(
        got.map((data) => [...new Uint8Array(data as ArrayBuffer)]),
        [
          [0, 1, 2, 3],
          [0, 1, 2, 3],
          [1, 2],
          [0, 255],
          [0, 1, 2, 3],
        ],
      );
      socket.binaryType = 'blob';
      connection.events.message(whole.subarray(2));
      await settled();
      assert.deepEqual([...new Uint8Array(await (got[5] as unknown as Blob).arrayBuffer())], [2, 3]);
      const restore = withGlobals({ Blob: {} });
      connection.events.message(whole);
      await settled();
      restore();
      assert.ok(got[6] instanceof ArrayBuffer, 'where no Blob can be constructed');
    });

    it('delivers and takes Bytes in engines without typed arrays', async () => {
      const [socket, connection] = await opened();
      const restore = withGlobals({ Uint8Array: undefined, ArrayBuffer: undefined });
      let sent: unknown;
      connection.send = (data) => {
        sent = data;
      };
      const got: unknown[] = [];
      socket.onmessage = (event) => got.push(event.data);
      socket.send(new Bytes([1, 2]));
      connection.events.message(new Bytes([0, 255]));
      restore();
      assert.deepEqual(sent, new Bytes([1, 2]));
      assert.equal((got[0] as Bytes).toBinaryString(), '\0\xff');
      assert.equal(socket.bufferedAmount, 2);
    });

    it('names the origin of its own address in a message event, also when that is mapped', async () => {
      const settings = gatewaySettings();
      settings.configure({ map: 'ws://app:9998/ -> /app/' }, 'http://page.test/');
      const Mapped = createWebSocket({
        connect: network.connect,
        _settings: settings,
        _native: undefined,
        _stompHooks: createStompHooks(),
        _accessors: accessors,
      });
      const socket = new Mapped('ws://app:9998/echo?q') as Socket;
      const connection = network.last();
      let origin: unknown;
      socket.onmessage = (event) => {
        origin = event.origin;
      };
      connection.events.open('', '');
      connection.events.message('x');
      await settled();
      assert.deepEqual(
        [connection.target.url, socket.url, origin],
        ['ws://gateway.test/app/echo?q', 'ws://app:9998/echo?q', 'ws://app:9998'],
      );
    });

    it('fails the connection, later, when closed while connecting', async () => {
      const [socket, connection] = make();
      const seen = record(socket);
      socket.close(4000, 'x');
      assert.deepEqual([socket.readyState, connection.calls, seen], [2, [['close', 4000, 'x']], []]);
      connection.events.closed(1006, '', false, true);
      await settled();
      assert.deepEqual(seen, [
        ['error', 3],
        ['close', 3, 1006, '', false],
      ]);
    });

    it('shows transport and diagnostics', async () => {
      const [socket] = await opened();
      assert.equal(socket.transport, 'fake');
      assert.deepEqual(socket.diagnostics, [{ time: 0, transport: 'fake', what: 'made' }]);
    });

    it('dispatches what the page gives it', async () => {
      const [socket] = await opened();
      const seen: unknown[] = [];
      socket.addEventListener('custom', (event) => seen.push(event.target === socket));
      assert.equal(socket.dispatchEvent(new Event('custom')), true);
      assert.equal(socket.dispatchEvent({ type: 'custom' } as Event), true);
      assert.throws(() => socket.dispatchEvent('custom' as unknown as Event), TypeError);
      assert.deepEqual(seen, [true, true]);
    });

    it('leaves with the page: connections that live learn of it, others do not', async () => {
      const listeners: ((event: object) => void)[] = [];
      const restore = withGlobals({
        onpagehide: null,
        addEventListener: (type: string, listener: () => void) =>
          type === 'pagehide' && listeners.push(listener),
      });
      const [, over] = make();
      over.events.closed(1006, '', false, true);
      await settled();
      const [, connecting] = make();
      assert.equal(listeners.length, 1);
      listeners[0]?.({ persisted: true });
      assert.deepEqual(connecting.calls, []);
      listeners[0]?.({ persisted: false });
      restore();
      assert.deepEqual([connecting.calls, over.calls], [[['leave']], []]);
    });

    it('fails, later, for an address that is none of ours where there is no native WebSocket', async () => {
      const socket = new WebSocket('ws://elsewhere/');
      const seen = record(socket);
      assert.equal(socket.readyState, 0);
      await settled();
      assert.deepEqual(
        [seen, network.count()],
        [
          [
            ['error', 3],
            ['close', 3, 1006, '', false],
          ],
          0,
        ],
      );
    });

    it('is the native WebSocket for an address that is none of ours', () => {
      class Native {
        readonly args: unknown[];
        constructor(...args: unknown[]) {
          this.args = args;
        }
      }
      const Shim = createWebSocket({
        connect: network.connect,
        _settings: gatewaySettings(),
        _native: Native as never,
        _stompHooks: createStompHooks(),
        _accessors: accessors,
      });
      const plain = new Shim('ws://elsewhere/x');
      assert.ok(plain instanceof Native);
      assert.ok(plain instanceof Shim, 'instanceof is true of the ones passed through');
      assert.deepEqual(plain.args, ['ws://elsewhere/x']);
      assert.deepEqual((new Shim('ws://elsewhere/x', ['a']) as Native).args, ['ws://elsewhere/x', ['a']]);
      assert.ok(!((new Shim('ws://gateway.test/') as object) instanceof Native));
      assert.equal({} instanceof Shim, false);
    });

    if (accessors) {
      it('has its attributes on the prototype, enumerable and read-only as native ones', () => {
        const [socket] = make();
        assert.deepEqual(Object.keys(socket), []);
        assert.throws(() => {
          socket.readyState = 1;
        }, TypeError);
        for (const name of ['readyState', 'onmessage', 'binaryType'])
          assert.ok(name in (WebSocket.prototype as object));
        assert.equal(Object.prototype.toString.call(socket), '[object WebSocket]');
        assert.ok(socket instanceof EventTarget);
      });
    } else {
      it('gives on… fields their place in the listener order at the time of the next call', async () => {
        const [socket, connection] = await opened();
        const order: string[] = [];
        socket.onmessage = () => order.push('field');
        socket.addEventListener('message', () => order.push('listener'));
        connection.events.message('x');
        await settled();
        assert.deepEqual(order, ['field', 'listener']);
      });
    }
  });
}

function gatewaySettings(): Settings {
  const settings = new Settings('http://gateway.test/shim.js');
  settings.configure({ gateways: 'gateway.test' }, 'http://page.test/');
  return settings;
}

/** FileReader is a thing of browsers. */
class StandInReader {
  static failing = false;
  result: unknown = null;
  onload: (() => void) | null = null;
  onerror: (() => void) | null = null;

  readAsArrayBuffer(blob: Blob): void {
    void blob.arrayBuffer().then((buffer) => {
      this.result = buffer;
      if (StandInReader.failing) this.onerror?.();
      else this.onload?.();
    });
  }
}
