import assert from 'node:assert/strict';
import { Bytes } from '../../../client-shim/src/lang/bytes.ts';
import { createStompShim, type StompShim } from '../../../client-shim/src/stomp/shim.ts';
import { MOST } from '../../../client-shim/src/stomp/unmarshall.ts';
import { Random, seedFromEnvironment } from '../../support/random.ts';
import { type FakeConnection, fakeConnect } from '../../support/realm/fake-connection.ts';
import { withGlobals } from '../../support/realm/globals.ts';
import { type StompName, stompSources } from '../../support/stomp/shim/libraries.ts';
import { FakeSocket } from './support/fake-browser.ts';

interface Frame {
  command: string;
  headers: Record<string, string>;
  body: string;
}
interface Client {
  ws: FakeSocket & Record<string, unknown>;
  debug: unknown;
  onreceipt: (frame: Frame) => void;
  connect(headers: object, connected: () => void, failed?: (error: unknown) => void): void;
  subscribe(destination: string, receive: (frame: Frame) => void, headers: object): void;
  disconnect(): void;
}
interface Library {
  Frame: { unmarshall(data: string): unknown };
  client(url: string): Client;
  over(socket: object): Client;
  WebSocketClass: unknown;
}

const CONNECTED = 'CONNECTED\nversion:1.1\nheart-beat:0,0\n\n\0';
const message = (body: string) => `MESSAGE\nsubscription:s\nmessage-id:1\n\n${body}\0`;

function library(name: StompName): Library {
  const exports: { Stomp?: Library } = {};
  new Function('exports', stompSources[name]).call({}, exports);
  return exports.Stomp as Library;
}

describe('Repaired STOMP clients', () => {
  let shim: StompShim;
  let network: ReturnType<typeof fakeConnect>;
  let undo: () => void;
  /** What listeners threw, put off to a later task. */
  let thrown: unknown[];

  beforeEach(() => {
    thrown = [];
    undo = withGlobals({
      location: { href: 'http://gateway.test/' },
      // Messages are dispatched within the call that brings them.
      MessageChannel: undefined,
      WebSocket: undefined,
      setTimeout: (run: () => void) => {
        try {
          run();
        } catch (error) {
          thrown.push(error);
        }
      },
    });
    network = fakeConnect();
    shim = createStompShim(() => network.connect, '');
  });
  afterEach(() => undo());

  /** A client over the shim, with what its subscriber got. */
  function connected(Stomp: Library): { client: Client; connection: FakeConnection; got: Frame[] } {
    Stomp.WebSocketClass = shim;
    const client = Stomp.client('ws://gateway.test/stomp');
    const got: Frame[] = [];
    client.debug = undefined;
    client.onreceipt = (frame) => got.push(frame);
    client.connect({}, () => client.subscribe('/d', (frame) => got.push(frame), { id: 's' }));
    const connection = network.last();
    connection.events.open('', '');
    connection.events.message(CONNECTED);
    assert.equal(client.ws.binaryType, 'arraybuffer');
    return { client, connection, got };
  }

  const bodies = (frames: readonly Frame[]) => frames.map(({ body }) => body);

  it('are found at the construction of a socket, by the name of their library in the page', () => {
    const Stomp = library('2.3.3');
    const before = Stomp.Frame.unmarshall;
    const undoStomp = withGlobals({ Stomp });
    try {
      assert.equal(Stomp.Frame.unmarshall, before);
      const { connection, got } = connected(Stomp);
      assert.notEqual(Stomp.Frame.unmarshall, before);
      for (const piece of ['MESSAGE\nsubscrip', 'tion:s\n\nab', 'c', '\0']) connection.events.message(piece);
      assert.deepEqual(bodies(got), ['abc']);
      assert.deepEqual(thrown, []);
    } finally {
      undoStomp();
    }
  });

  for (const name of ['2.3.3', '2.3.4-next', 'the fork'] as const) {
    describe(`of ${name}`, () => {
      let Stomp: Library;

      beforeEach(() => {
        Stomp = library(name);
        shim.installStompFix(Stomp);
      });

      it('send DISCONNECT before they close', () => {
        const { client, connection } = connected(Stomp);
        client.disconnect();
        assert.deepEqual(connection.calls.slice(-2), [
          ['send', 'DISCONNECT\n\n\0', 13],
          ['close', 1005, ''],
        ]);
      });

      it('keep a tail each, whatever comes between', () => {
        const a = connected(Stomp);
        const b = connected(Stomp);
        a.connection.events.message('MESSAGE\nsubscription:s\n\na1');
        b.connection.events.message('MESSAGE\nsubscription:s\n\nb1');
        a.connection.events.message(`a2\0${message('a3')}`);
        b.connection.events.message('b2\0');
        assert.deepEqual(bodies(a.got), ['a1a2', 'a3']);
        assert.deepEqual(bodies(b.got), ['b1b2']);
      });

      it('keep a tail each over sockets that are none of the shim’s', () => {
        const sockets = [new FakeSocket('a'), new FakeSocket('b')];
        const got = sockets.map((socket) => {
          const seen: string[] = [];
          const client = Stomp.over(socket);
          client.debug = undefined;
          client.connect({}, () => client.subscribe('/d', ({ body }) => seen.push(body), { id: 's' }));
          socket.onopen?.({ type: 'open' });
          socket.onmessage?.({ type: 'message', data: CONNECTED });
          return seen;
        });
        const parts = [message('xy').slice(0, -2), message('xy').slice(-2)];
        for (const data of parts) for (const socket of sockets) socket.onmessage?.({ type: 'message', data });
        assert.deepEqual(got, [['xy'], ['xy']]);
      });

      it('take a line feed within a frame for what it is, and between frames for a heart-beat', () => {
        const { connection, got } = connected(Stomp);
        for (const piece of [
          '\n',
          'MESSAGE',
          '\n',
          'subscription:s\n',
          '\n',
          'a',
          '\n',
          'b\0',
          '\n',
          message('c'),
        ])
          connection.events.message(piece);
        assert.deepEqual(bodies(got), ['a\nb', 'c']);
      });

      it('read content-length in bytes of a binary message, with and without ArrayBuffer', () => {
        const { connection, got } = connected(Stomp);
        const head = 'MESSAGE\nsubscription:s\ncontent-length:5\n\n';
        const bytes = [...Buffer.from(`${head}\xff\0\xfe\0\xfd\0${message('x')}`, 'latin1')];
        connection.events.message(new Uint8Array(bytes));
        const withoutBuffers = withGlobals({ Uint8Array: undefined });
        connection.events.message(new Bytes(bytes));
        withoutBuffers();
        assert.deepEqual(bodies(got), ['\xff\0\xfe\0\xfd', 'x', '\xff\0\xfe\0\xfd', 'x']);
      });

      it('close the socket of a frame that does not end', () => {
        const { connection, got } = connected(Stomp);
        const piece = 'x'.repeat(1024 * 1024);
        connection.events.message('MESSAGE\nsubscription:s\n\n');
        const parts = MOST / piece.length;
        for (let sent = 1; sent < parts; sent += 1) connection.events.message(piece);
        assert.equal(thrown.length, 0);
        connection.events.message(piece);
        assert.equal((thrown[0] as Error).name, 'RangeError');
        assert.deepEqual(connection.calls.at(-1), ['close', 1005, '']);
        // The rest of it comes to a socket that is closing.
        connection.events.message(message('late'));
        assert.deepEqual(got, []);
      });

      it('may be made, and may close, within a handler of another', () => {
        const a = connected(Stomp);
        let b: ReturnType<typeof connected> | undefined;
        a.client.onreceipt = () => {
          b = connected(Stomp);
          b.connection.events.message('MESSAGE\nsubscription:s\n\nb');
          throw new Error('of the page');
        };
        a.connection.events.message('RECEIPT\nreceipt-id:1\n\n\0');
        a.connection.events.message('MESSAGE\nsubscription:s\n\na');
        b?.connection.events.message('!\0');
        a.connection.events.message('?\0');
        assert.deepEqual([bodies(a.got), bodies(b?.got ?? [])], [['a?'], ['b!']]);
        assert.deepEqual(thrown.map(String), ['Error: of the page']);
      });
    });
  }

  it('are not even needed: unmarshall called by a handler of the page keeps a tail for its socket', () => {
    const Stomp = library('2.3.3');
    shim.installStompFix(Stomp);
    const got: string[] = [];
    const [a, b] = ['a', 'b'].map((name) => {
      const socket = new shim('ws://gateway.test/stomp') as FakeSocket;
      socket.onmessage = ({ data }) => {
        const frames = Stomp.Frame.unmarshall(data as string) as Frame[];
        got.push(...frames.map(({ body }) => name + body));
      };
      network.last().events.open('', '');
      return network.last();
    });
    for (const piece of ['A\n\nx', 'y\0']) for (const connection of [a, b]) connection?.events.message(piece);
    assert.deepEqual(got, ['axy', 'bxy']);
  });

  it('leave a direct call without a socket what it was: the end of the text ends a frame', () => {
    const Stomp = library('2.3.3');
    shim.installStompFix(Stomp);
    const frames = Stomp.Frame.unmarshall('A\n\nx\0B\n\ny') as Frame[];
    assert.deepEqual(
      frames.map(({ command, body }) => command + body),
      ['Ax', 'By'],
    );
    assert.equal((Stomp.Frame.unmarshall('C\n\n\0') as Frame[]).length, 1);
  });

  it('get every frame of 10,000 random chunkings, two clients on a page at a time', function () {
    this.timeout(120_000);
    const random = new Random(seedFromEnvironment());
    console.log(`      FAULT_SEED=${random.seed}`);
    const libraries = (['2.3.3', '2.3.4-next', 'the fork'] as const).map((name) => {
      const Stomp = library(name);
      shim.installStompFix(Stomp);
      return { name, Stomp };
    });
    for (let run = 0; run < 10_000; run += 1) {
      const dice = random.fork(run);
      const { name, Stomp } = dice.pick(libraries);
      const clients = [0, 1].map(() => {
        const { connection, got } = connected(Stomp);
        const frames = Array.from({ length: dice.int(1, 5) }, () => randomFrame(dice));
        const text = frames.map((frame) => serialize(dice, frame)).join('');
        return { connection, got, frames, parts: chunks(dice, text) };
      });
      while (clients.some(({ parts }) => parts.length)) {
        const { connection, parts } = dice.pick(clients);
        const piece = parts.shift();
        if (piece !== undefined) connection.events.message(piece);
      }
      for (const { connection, got, frames } of clients) {
        assert.deepEqual(got.map(plain), frames, `run ${run} of seed ${random.seed}, ${name}`);
        connection.events.closed(1000, '', true, false);
      }
    }
    assert.deepEqual(thrown, []);
  });
});

const LETTERS = ['a', 'b', '\n', '\r\n', ':', ' ', 'é', '€', '😀', '\n\n', 'MESSAGE\n', 'content-length:3\n'];

function randomText(dice: Random, letters: readonly string[], most: number): string {
  return Array.from({ length: dice.int(0, most) }, () => dice.pick(letters)).join('');
}

function randomFrame(dice: Random): Frame {
  const isCounted = dice.chance(0.6);
  const body = randomText(dice, isCounted ? [...LETTERS, '\0'] : LETTERS, dice.pick([0, 3, 30]));
  const headers: Record<string, string> = { subscription: 's', 'message-id': `${dice.int(0, 99)}` };
  for (let more = dice.int(0, 2); more > 0; more -= 1)
    headers[`h${more}`] = randomText(dice, ['x', ':', 'é', '😀'], 5);
  if (isCounted) headers['content-length'] = `${Buffer.byteLength(body)}`;
  return { command: dice.chance(0.9) ? 'MESSAGE' : 'RECEIPT', headers, body };
}

function serialize(dice: Random, { command, headers, body }: Frame): string {
  const lines = [command, ...Object.entries(headers).map(([name, value]) => `${name}:${value}`)];
  const eol = dice.chance(0.2) ? '\r\n' : '\n';
  return `${lines.join(eol)}${eol}${eol}${body}\0${eol.repeat(dice.pick([0, 0, 1, 3]))}`;
}

/** Cut anywhere but between the halves of a pair, which no message can hold. */
function chunks(dice: Random, text: string): string[] {
  const points = [...text];
  const parts: string[] = [];
  const most = dice.pick([1, 8, 30, 30, 100, 100, 1000]);
  while (points.length) parts.push(points.splice(0, dice.int(1, most)).join(''));
  return parts;
}

/** Without the functions that the client adds. */
function plain({ command, headers, body }: Frame): Frame {
  return { command, headers, body };
}
