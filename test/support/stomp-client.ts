import { connect, type Socket } from 'node:net';
import { type Frame, makeFrame, SERVER_COMMANDS } from '../../gateway/stomp/frame.ts';
import { FrameParser } from '../../gateway/stomp/parser.ts';
import { serialize } from '../../gateway/stomp/serializer.ts';

type HeaderValues = Readonly<Record<string, string | undefined>>;

const LIMITS = { maxFrame: 64 * 1024 ** 2, maxHeaders: 1000, maxLine: 1024 ** 2 };

/** Milliseconds that a broker has for anything. */
const DEADLINE = 8000;

/** A client that says what a test tells it to, octet by octet if need be, and hands over what comes back. */
export class StompClient {
  readonly socket: Socket;
  /** Frames that came and were not asked for yet. */
  readonly frames: Frame[] = [];
  heartBeats = 0;
  /** Everything is read and the connection over. */
  readonly closed: Promise<void>;
  #isClosed = false;
  #arrived: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    const parser = new FrameParser(SERVER_COMMANDS, LIMITS, {
      frame: (frame) => this.frames.push(frame),
      heartBeat: () => this.heartBeats++,
    });
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (octets) => {
      parser.push(octets);
      this.#arrived();
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#isClosed = true;
        this.#arrived();
        resolve();
      });
    });
  }

  /** A connection on which nothing was said yet. */
  static open(port: number): Promise<StompClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('error', reject);
      socket.once('connect', () => resolve(new StompClient(socket)));
    });
  }

  send(command: string, headers: HeaderValues = {}, body?: string | Buffer): void {
    this.socket.write(
      serialize(makeFrame(command, headers, body === undefined ? undefined : Buffer.from(body))),
    );
  }

  /** Sends a frame with a receipt and waits for it: everything before it was done. */
  async ask(command: string, headers: HeaderValues = {}, body?: string | Buffer): Promise<void> {
    const receipt = `r${Math.random()}`;
    this.send(command, { ...headers, receipt }, body);
    await this.next('RECEIPT', (frame) => frame.headers.get('receipt-id') === receipt);
  }

  /** The next frame of that kind; others stay where they are. Rejects if an ERROR comes in its place, or nothing. */
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

  /** The next message, in short. */
  async message(): Promise<{ text: string; headers: Record<string, string>; frame: Frame }> {
    const frame = await this.next('MESSAGE');
    return { text: frame.body.toString(), headers: Object.fromEntries(frame.headers), frame };
  }

  /** Acknowledges as its version does it. */
  acknowledgement(frame: Frame, version: string): HeaderValues {
    if (version === '1.2') return { id: frame.headers.get('ack') };
    return {
      'message-id': frame.headers.get('message-id'),
      subscription: version === '1.1' ? frame.headers.get('subscription') : undefined,
    };
  }

  end(): void {
    this.socket.destroy();
  }
}
