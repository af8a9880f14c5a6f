import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Server as NetServer, type Socket } from 'node:net';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import type { Handshake } from '../../../gateway/backend/backend.ts';
import type { UpstreamTarget } from '../../../gateway/backend/target.ts';
import type { Receiver } from '../../../gateway/channel/channel.ts';
import { tokens } from '../../../gateway/native/handshake-rules.ts';
import type { UpgradeRequest } from '../../../gateway/native/upgrade-request.ts';
import type { CloseStatus } from '../../../gateway/protocol/close.ts';
import type { Message } from '../../../gateway/protocol/message.ts';

/** A handshake as a browser on 203.0.113.9 sends it to a route at the root, with `changes`. */
export function handshake(changes: Partial<Handshake> = {}): Handshake {
  return {
    url: '/',
    rest: '/',
    headers: {},
    rawHeaders: [],
    protocols: [],
    carrier: 'native',
    remoteAddress: '203.0.113.9',
    forwardedFor: '203.0.113.9',
    secure: false,
    host: 'gateway.test',
    ...changes,
  };
}

/** An upstream on this machine, with `changes`. */
export function target(port: number, changes: Partial<UpstreamTarget> = {}): UpstreamTarget {
  return {
    secure: false,
    hostname: '127.0.0.1',
    port,
    path: undefined,
    host: undefined,
    headers: {},
    ...changes,
  };
}

/** What a test started; all of it is ended by `stopAll`. */
export class Servers {
  readonly #stops: (() => void)[] = [];

  /** A `ws` server that calls `serve` for each client. */
  async webSocket(
    serve: (socket: WebSocket, request: IncomingMessage) => void,
    options: ServerOptions = {},
  ): Promise<number> {
    const server = new WebSocketServer({ ...options, host: '127.0.0.1', port: 0 });
    server.on('connection', serve);
    await new Promise<void>((resolve) => server.once('listening', () => resolve()));
    this.#stops.push(() => {
      for (const client of server.clients) client.terminate();
      server.close();
    });
    return (server.address() as AddressInfo).port;
  }

  /** An HTTP server; `prepare` adds its listeners. */
  async http(prepare: (server: Server) => void): Promise<number> {
    const server = createServer();
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => sockets.add(socket));
    prepare(server);
    this.#stops.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return listen(server);
  }

  /** An HTTP server that hands over every request to upgrade, as the gateway does. */
  upgrades(serve: (request: UpgradeRequest) => void): Promise<number> {
    return this.http((server) => {
      server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
        const { url = '/', headers, rawHeaders } = request;
        // As the HTTP room does: the closed socket says it all.
        socket.on('error', () => {});
        const protocols = tokens(headers['sec-websocket-protocol']);
        serve({ handshake: handshake({ url, rest: url, headers, rawHeaders, protocols }), socket, head });
      });
    });
  }

  /** Has something ended with the rest. */
  onStop(stop: () => void): void {
    this.#stops.push(stop);
  }

  stopAll(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }
}

export async function listen(server: NetServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return (server.address() as AddressInfo).port;
}

/** A connection whose bytes a test reads by hand. */
export class RawClient {
  readonly socket: Socket;
  #chunks: Buffer[] = [];
  #length = 0;
  #ended = false;
  #changed: () => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#length += chunk.length;
      this.#changed();
    });
    for (const event of ['end', 'close', 'error']) {
      socket.on(event, () => {
        this.#ended = true;
        this.#changed();
      });
    }
  }

  /** Connects to a port of this machine. */
  static async connect(port: number): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new RawClient(socket);
  }

  /**
   * Connects and sends an opening handshake; `fields` are added, or replace the usual ones. An
   * undefined one is left out.
   */
  static async handshake(
    port: number,
    path = '/',
    fields: Readonly<Record<string, string | undefined>> = {},
  ): Promise<RawClient> {
    const client = await RawClient.connect(port);
    client.socket.write(handshakeText(path, fields));
    return client;
  }

  write(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  /** What came up to and including the first `mark`, as latin1. */
  async until(mark: string): Promise<string> {
    await this.#when(() => this.#received().includes(mark, 0, 'latin1'));
    const end = this.#received().indexOf(mark, 0, 'latin1');
    if (end < 0)
      throw new Error(`the connection ended after ${JSON.stringify(this.#received().toString('latin1'))}`);
    return this.#take(end + mark.length).toString('latin1');
  }

  /** The next `length` bytes, or fewer if the connection ended before. */
  async read(length: number): Promise<Buffer> {
    await this.#when(() => this.#length >= length);
    return this.#take(length);
  }

  /** Everything up to the end. */
  async rest(): Promise<Buffer> {
    await this.#when(() => false);
    return this.#take(this.#length);
  }

  #received(): Buffer {
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all;
  }

  #take(length: number): Buffer {
    const all = this.#received();
    const taken = all.subarray(0, length);
    this.#chunks = [all.subarray(taken.length)];
    this.#length -= taken.length;
    return taken;
  }

  async #when(ready: () => boolean): Promise<void> {
    while (!ready() && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }
}

/** The key and its answer are those of RFC 6455 §1.3. */
export const sampleKey = 'dGhlIHNhbXBsZSBub25jZQ==';
export const sampleAccept = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

function handshakeText(path: string, fields: Readonly<Record<string, string | undefined>>): string {
  const all = {
    Host: 'gateway.test',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': sampleKey,
    'Sec-WebSocket-Version': '13',
    ...fields,
  };
  const present = Object.entries(all).filter(([, value]) => value !== undefined);
  const lines = present.map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/**
 * A frame as RFC 6455 §5.2 has it, masked as a client's if there is a mask; `first` is its first
 * byte.
 */
export function frame(first: number, payload: Buffer | string, mask?: Buffer): Buffer {
  const bytes = Buffer.from(payload as string);
  const flag = mask ? 0x80 : 0;
  let head: Buffer;
  if (bytes.length < 126) {
    head = Buffer.of(first, flag | bytes.length);
  } else if (bytes.length < 65536) {
    head = Buffer.of(first, flag | 126, 0, 0);
    head.writeUInt16BE(bytes.length, 2);
  } else {
    head = Buffer.alloc(10);
    head.writeUInt16BE((first << 8) | flag | 127, 0);
    head.writeBigUInt64BE(BigInt(bytes.length), 2);
  }
  if (!mask) return Buffer.concat([head, bytes]);
  const masked = bytes.map((byte, index) => byte ^ (mask[index & 3] as number));
  return Buffer.concat([head, mask, masked]);
}

/**
 * Writes up to `total` times, each time when the one before is out, and answers how many are out
 * when nothing goes any more; one more is then on its way.
 */
export async function pour(total: number, write: (written: () => void) => void): Promise<number> {
  for (let count = 0; count < total; count++) {
    const written = new Promise<boolean>((resolve) => write(() => resolve(true)));
    const stalled = new Promise<boolean>((resolve) => setTimeout(resolve, 1_000, false));
    if (!(await Promise.race([written, stalled]))) return count;
  }
  return total;
}

/** Waits for an event of anything, with its arguments. */
export function event(emitter: NodeJS.EventEmitter, name: string): Promise<unknown[]> {
  return new Promise((resolve) => emitter.once(name, (...args: unknown[]) => resolve(args)));
}

/**
 * A receiver that remembers what it received: text as it is, binary as a list of bytes or, above
 * 256, their number, `(drained)`, and `code reason` of the end.
 */
export class Recorder implements Receiver {
  readonly received: unknown[] = [];
  #changed: () => void = () => {};

  message(message: Message): void {
    if (!message.binary) this.#tell(message.text);
    else this.#tell(message.size > 256 ? message.size : [...message.bytes]);
  }

  drained(): void {
    this.#tell('(drained)');
  }

  closed(status: CloseStatus): void {
    this.#tell(`${status.code} ${status.reason}`);
  }

  /** Waits until that much was received. */
  async count(count: number): Promise<unknown[]> {
    while (this.received.length < count) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
    return this.received;
  }

  /** Waits until that much was received, `drained` not counted, and answers it. */
  async arrivals(count: number): Promise<unknown[]> {
    for (;;) {
      const arrived = this.received.filter((what) => what !== '(drained)');
      if (arrived.length >= count) return arrived;
      await this.count(this.received.length + 1);
    }
  }

  #tell(what: unknown): void {
    this.received.push(what);
    this.#changed();
  }
}
