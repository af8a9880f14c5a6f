import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';
import { type FastHead, PartialHead, parseFastHead, readFastHead } from '../../../gateway/http/fast-head.ts';
import { RecentHeads } from '../../../gateway/http/recent-heads.ts';
import { requestFault } from '../../../gateway/http/request-checks.ts';
import { parseTarget } from '../../../gateway/http/target.ts';
import type { Random } from '../../support/random.ts';
import { mutate, randomText } from '../inputs.ts';
import { type FuzzTarget, fuzzTarget } from '../target.ts';

const METHODS = ['GET', 'POST', 'OPTIONS', 'HEAD', 'PUT', 'get', 'G ET', ''];
const TARGETS = ['/', '/a/b?c=d', '//', '/%', '/a#b', '*', 'http://gw/a', '/é', '/a b', ''];
const VERSIONS = ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'http/1.1', ''];
const NAMES = [
  ...['Host', 'Content-Length', 'Transfer-Encoding', 'Connection', 'Proxy-Connection', 'Upgrade'],
  ...['Expect', 'Keep-Alive', 'Cookie', 'X-A', 'x', 'X_b', 'Trailer', 'TE', 'X A', '', 'X\t'],
];
const VALUES = [
  ...['', 'gw', '0', '5', '05', '+5', '5, 5', '5\t', '5 ', '\t5', '99999999999999999999', 'chunked'],
  ...['keep-alive', 'close', 'Close ', 'keep-alive, close', 'upgrade', 'websocket', '100-continue'],
  ...['\x7f', '\xe9', 'a\rb', 'a\nb', 'a\0b', ' \t a b \t ', '"', ','],
];

function randomRequest(random: Random): Buffer {
  const usual = random.chance(0.7);
  const pick = <T>(items: readonly T[], ordinary: T): T => (usual ? ordinary : random.pick(items));
  const line = [
    random.chance(0.8) ? random.pick(METHODS.slice(0, 3)) : random.pick(METHODS),
    random.chance(0.8) ? random.pick(TARGETS.slice(0, 4)) : random.pick(TARGETS),
    pick(VERSIONS, 'HTTP/1.1'),
  ].join(' ');
  const end = (): string => (random.chance(0.97) ? '\r\n' : random.pick(['\n', '\r', '\r\r\n', '\r\n ']));
  let text = line + end();
  if (random.chance(0.9)) text += `Host: gw${end()}`;
  for (let fields = random.int(0, 5); fields > 0; fields--) {
    const value = random.chance(0.8) ? random.pick(VALUES) : randomText(random, 6);
    text += `${random.pick(NAMES)}${pick([':', ' :', ':\t', ': ', ''], ': ')}${value}${end()}`;
  }
  text += `\r\n${random.pick(['', 'hello', 'GET / HTTP/1.1\r\nHost: other\r\n\r\n'])}`;
  const bytes = Buffer.from(text, 'latin1');
  return random.chance(0.4) ? mutate(random, bytes) : bytes;
}

/** A connection with Node's server on which a test has sent what it has to send. */
class Injected extends Duplex {
  override _read(): void {}

  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done();
  }
}

interface Outcome {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
}

interface Pending {
  resolve(outcome: Outcome): void;
  reject(error: Error): void;
}

const pending = new WeakMap<object, Pending>();

/** Node's own server. It answers nothing: the connection is destroyed once the request was read. */
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    pending.get(request.socket)?.resolve({ request, response, body: Buffer.concat(chunks) });
  });
}).on('clientError', (error, socket) => pending.get(socket)?.reject(error));

/** How Node's own server reads the bytes. Rejects with its error, or if it waits for more. */
function readByNode(bytes: Buffer): Promise<Outcome> {
  const socket = new Injected();
  let late: NodeJS.Timeout | undefined;
  const outcome = new Promise<Outcome>((resolve, reject) => {
    pending.set(socket, { resolve, reject });
    late = setTimeout(() => reject(new Error('Node waits for more')), 2_000);
  });
  server.emit('connection', socket);
  socket.push(bytes);
  return outcome.finally(() => {
    clearTimeout(late);
    socket.destroy();
  });
}

async function compareWithNode(head: FastHead, bytes: Buffer): Promise<void> {
  const end = head.size;
  // A body that did not come to its end is filled up.
  const size = Math.min(head.length, 1_000);
  const body = Buffer.concat([bytes.subarray(end), Buffer.alloc(size)]).subarray(0, size);
  if (size !== head.length) return;
  const outcome = await readByNode(Buffer.concat([bytes.subarray(0, end), body]));
  const { request, response } = outcome;
  assert.deepEqual(
    [request.method, request.url, request.httpVersion, request.rawHeaders, outcome.body.toString('latin1')],
    [head.method, head.target, '1.1', head.rawHeaders, body.toString('latin1')],
  );
  assert.equal(response.shouldKeepAlive, !head.closes);
  assert.equal(requestFault(head.target, head.rawHeaders), undefined);
}

/** An input, and where it is cut in two: the last two bytes. */
function cut(random: Random, bytes: Buffer): Buffer {
  const at = Buffer.alloc(2);
  at.writeUInt16BE(random.int(0, bytes.length));
  return Buffer.concat([bytes, at]);
}

const recentHeads = new RecentHeads();
let lastKnown: Buffer | undefined;

/** The beginning of one request and the rest of another. */
function mixed(start: Buffer, rest: Buffer): Buffer {
  const at = Math.floor(Math.min(start.length, rest.length) / 2);
  return Buffer.concat([start.subarray(0, at), rest.subarray(at)]);
}

export const targets: readonly FuzzTarget[] = [
  fuzzTarget<Buffer>({
    name: 'fast-head-as-node',
    input: randomRequest,
    run(bytes) {
      const read = parseFastHead(bytes);
      return typeof read === 'string' ? undefined : compareWithNode(read, bytes);
    },
  }),
  fuzzTarget<Buffer>({
    name: 'recent-heads',
    input: randomRequest,
    run(bytes) {
      const [text = ''] = bytes.toString('latin1').split('\r\n\r\n', 1);
      // What was read before may be found, and changes nothing.
      for (let time = 0; time < 2; time++) {
        const head = recentHeads.read(text, bytes);
        assert.deepEqual(head && { ...head, known: undefined }, readFastHead(text));
        // The next request on its connection.
        for (const next of [bytes, lastKnown === undefined ? bytes : mixed(lastKnown, bytes)]) {
          const again = head?.known?.read(next);
          if (again !== undefined) assert.deepEqual({ ...again, known: undefined }, parseFastHead(next));
        }
        lastKnown = bytes;
      }
    },
  }),
  fuzzTarget<Buffer>({
    name: 'fast-head-in-packets',
    input: (random) => cut(random, randomRequest(random)),
    run(input) {
      const bytes = input.subarray(0, -2);
      const at = input.readUInt16BE(bytes.length);
      const whole = parseFastHead(bytes);
      if (typeof whole !== 'string' && at >= whole.size) return;
      const partial = new PartialHead();
      const states = [partial.push(bytes.subarray(0, at))];
      if (states[0] === 'incomplete') states.push(partial.push(bytes.subarray(at)));
      // What is foreign in packets is never taken whole, and what is taken whole is complete in
      // packets.
      if (typeof whole !== 'string') assert.equal(states.at(-1), 'complete');
      else if (whole === 'incomplete') assert.ok(states.at(-1) !== 'complete' || bytes[0] === 0x0d);
    },
  }),
  fuzzTarget<string>({
    name: 'request-target',
    input: (random) => {
      const start = random.pick(['', '/', 'http://', 'HTTPS://', 'ftp://', 'http:/']);
      return start + random.pick(['', 'gw', 'gw:80', '[::1]', 'a@gw']) + randomText(random, 10);
    },
    run(input) {
      const read = parseTarget(input);
      if (read === undefined) return;
      assert.ok(read.path.startsWith('/'));
      if (read.host === undefined) assert.equal(read.path, input);
      else assert.doesNotMatch(read.host, /[/?#@]/);
    },
  }),
];
