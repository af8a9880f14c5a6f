import { isUtf8 } from 'node:buffer';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { type Frame, makeFrame, SERVER_COMMANDS } from '../../../gateway/stomp/frame.ts';
import { FrameParser } from '../../../gateway/stomp/parser.ts';
import { serialize } from '../../../gateway/stomp/serializer.ts';

type HeaderValues = Readonly<Record<string, string | undefined>>;

const LIMITS = { maxFrame: 64 * 1024 ** 2, maxHead: 1024 ** 2, maxHeaders: 1000, maxLine: 1024 ** 2 };

/** Milliseconds that a broker may take for any answer. */
const DEADLINE = 15_000;

/** The part of a page's WebSocket that is used here. */
export interface PageSocket {
  binaryType: string;
  onopen: unknown;
  onmessage: ((event: { readonly data: string | ArrayBuffer }) => void) | null;
  onclose: ((event: { readonly code: number }) => void) | null;
  send(data: string | Uint8Array): void;
  close(): void;
}

/** A client's connection. */
interface Wire {
  write(bytes: Buffer): void;
  destroy(): void;
}

/**
 * A client that sends what a test writes, byte by byte if need be, and returns what arrives.
 */
export class StompClient {
  /** Frames that arrived and were not taken yet. */
  readonly frames: Frame[] = [];
  heartBeats = 0;
  /**
   * Everything is read and the connection has ended. Resolves with the close code on a WebSocket,
   * with 0 on TCP.
   */
  readonly closed: Promise<number>;
  readonly #parser: FrameParser;
  #wire!: Wire;
  #isClosed = false;
  #arrived: () => void = () => {};
  #close!: (code: number) => void;

  private constructor() {
    this.#parser = new FrameParser(SERVER_COMMANDS, LIMITS, {
      frame: (frame) => this.frames.push(frame),
      heartBeat: () => this.heartBeats++,
    });
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
  }

  /** Opens a TCP connection to a port, or a WebSocket to an address, and sends nothing. */
  static open(to: number | string, protocols: readonly string[] = []): Promise<StompClient> {
    return typeof to === 'number' ? StompClient.#overTcp(to) : StompClient.#overWebSocket(to, protocols);
  }

  static #overTcp(port: number): Promise<StompClient> {
    const client = new StompClient();
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    socket.on('data', (bytes) => client.#take(bytes));
    client.#wire = { write: (bytes) => socket.write(bytes), destroy: () => socket.destroy() };
    return new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('close', () => client.#end(0));
      socket.once('connect', () => resolve(client));
    });
  }

  /** Every message must be one whole frame, or heart-beats. */
  static #overWebSocket(url: string, protocols: readonly string[]): Promise<StompClient> {
    const client = new StompClient();
    const socket = new WebSocket(url, [...protocols]);
    socket.on('message', (data: Buffer, isBinary) => {
      const before = client.frames.length + client.heartBeats;
      client.#take(data);
      const count = client.frames.length + client.heartBeats - before;
      if (count !== 1) throw new Error(`${count} frames in a message of ${data.length} bytes`);
      if (isBinary === isUtf8(data)) throw new Error('a message that is text and binary where it is not');
    });
    client.#wire = {
      write: (bytes) => socket.send(bytes, { binary: !isUtf8(bytes) }),
      destroy: () => socket.terminate(),
    };
    return new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('close', (code) => client.#end(code));
      socket.once('open', () => resolve(client));
    });
  }

  /** Uses a WebSocket of a page that is not open yet. */
  static overPage(socket: PageSocket): Promise<StompClient> {
    const client = new StompClient();
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => {
      client.#take(typeof data === 'string' ? Buffer.from(data) : Buffer.from(data));
    };
    client.#wire = {
      write: (bytes) => socket.send(isUtf8(bytes) ? bytes.toString() : new Uint8Array(bytes)),
      destroy: () => socket.close(),
    };
    return new Promise((resolve, reject) => {
      socket.onclose = ({ code }) => {
        reject(new Error(`closed with ${code}`));
        client.#end(code);
      };
      socket.onopen = () => resolve(client);
    });
  }

  #take(bytes: Buffer): void {
    this.#parser.push(bytes);
    this.#arrived();
  }

  #end(code: number): void {
    this.#isClosed = true;
    this.#arrived();
    this.#close(code);
  }

  write(bytes: string | Buffer): void {
    this.#wire.write(Buffer.from(bytes as string));
  }

  send(command: string, headers: HeaderValues = {}, body?: string | Buffer): void {
    this.write(serialize(makeFrame(command, headers, body === undefined ? undefined : Buffer.from(body))));
  }

  /** Sends a frame with a receipt and waits for that: everything before it is done then. */
  async ask(command: string, headers: HeaderValues = {}, body?: string | Buffer): Promise<void> {
    const receipt = `r${Math.random()}`;
    this.send(command, { ...headers, receipt }, body);
    await this.next('RECEIPT', (frame) => frame.headers.get('receipt-id') === receipt);
  }

  /**
   * Takes the next frame of that command and leaves others. Rejects if an ERROR comes instead, or
   * nothing.
   */
  async next(command: string, matches: (frame: Frame) => boolean = () => true): Promise<Frame> {
    const deadline = setTimeout(() => this.#arrived(), DEADLINE);
    const end = performance.now() + DEADLINE - 1;
    try {
      for (;;) {
        const index = this.frames.findIndex((frame) => frame.command === command && matches(frame));
        if (index >= 0) return this.frames.splice(index, 1)[0] as Frame;
        const error = this.frames.find((frame) => frame.command === 'ERROR');
        if (error)
          throw new Error(`ERROR in place of ${command}: ${error.headers.get('message')} ${error.body}`);
        if (this.#isClosed) throw new Error(`closed before ${command}`);
        if (performance.now() >= end) throw new Error(`no ${command} within ${DEADLINE} ms`);
        await new Promise<void>((resolve) => {
          this.#arrived = resolve;
        });
      }
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Takes the next message. */
  async message(): Promise<{ text: string; headers: Record<string, string>; frame: Frame }> {
    const frame = await this.next('MESSAGE');
    return { text: frame.body.toString(), headers: Object.fromEntries(frame.headers), frame };
  }

  /** Acknowledges a message in the way of its version. */
  acknowledgement(frame: Frame, version: string): HeaderValues {
    if (version === '1.2') return { id: frame.headers.get('ack') };
    return {
      'message-id': frame.headers.get('message-id'),
      subscription: version === '1.1' ? frame.headers.get('subscription') : undefined,
    };
  }

  end(): void {
    this.#wire.destroy();
  }
}
