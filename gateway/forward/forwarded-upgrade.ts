import type { Duplex } from 'node:stream';
import { encodeFrame, type FrameReader, KIND } from '../cluster/frame.ts';
import type { Upgrade } from '../http/upgrade.ts';
import { goneFrame } from './entry-peer.ts';
import type { ForwardContext, NotForwarded } from './forwarded-exchange.ts';
import type { EntryEnd, OwnerPeer } from './owner-peer.ts';
import { CUT } from './remote-socket.ts';
import { ReceiveWindow, SendWindow } from './send-window.ts';

/** A WebSocket of a client of this node, while another node speaks on it. Bytes pass unread. */
export class ForwardedUpgrade implements EntryEnd {
  readonly #context: ForwardContext;
  readonly #socket: Duplex;
  readonly #refuse: (why: NotForwarded) => void;
  readonly #window: SendWindow;
  readonly #taken: ReceiveWindow;
  #frame: Buffer | undefined;
  #peer: OwnerPeer | undefined;
  #id = 0;
  /** Bytes that the client has not read. */
  #unread = 0;
  #lastWords: Buffer | undefined;
  /** Something was written to the client. */
  #isAnswered = false;
  #isOver = false;

  /** `frame` is the request. `refuse` answers in place of a 101. */
  constructor(
    context: ForwardContext,
    { socket }: Upgrade,
    frame: Buffer,
    refuse: (why: NotForwarded) => void,
  ) {
    this.#context = context;
    this.#socket = socket;
    this.#frame = frame;
    this.#refuse = refuse;
    this.#window = new SendWindow(() => socket.resume());
    this.#taken = new ReceiveWindow((bytes) => this.#tell(KIND.credit, bytes));
    socket.once('close', () => this.#clientGone());
  }

  /** Sends the request to its owner, as soon as that can be reached. */
  start(node: string): void {
    this.#context.nodes.whenKnown(node, (outcome) => {
      if (this.#isOver) return;
      if (outcome === 'up') this.#send(this.#context.peer(node));
      else {
        this.#isOver = true;
        this.#refuse(outcome);
      }
    });
  }

  #send(peer: OwnerPeer): void {
    const frame = this.#frame as Buffer;
    this.#frame = undefined;
    this.#peer = peer;
    this.#id = peer.add(this);
    frame.writeUInt32LE(this.#id, 2);
    peer.send(frame);
    const socket = this.#socket;
    socket.on('data', (chunk: Buffer) => {
      if (this.#isOver) return;
      const data = encodeFrame(KIND.clientData, this.#id, 0, 0, chunk);
      if (!this.#window.sent(chunk.length, peer.send(data))) socket.pause();
    });
    socket.on('end', () => this.#tell(KIND.clientEnd));
    socket.on('drain', () => {
      const bytes = this.#unread;
      this.#unread = 0;
      this.#taken.took(bytes);
    });
  }

  // --- what the owner says ---

  received(frame: FrameReader): void {
    switch (frame.kind) {
      case KIND.write:
        this.#isAnswered = true;
        if (this.#socket.write(frame.next())) this.#taken.took(frame.length);
        else this.#unread += frame.length;
        return;
      case KIND.clientCredit:
        this.#window.credit(frame.value);
        return;
      case KIND.words:
        this.#lastWords = Buffer.from(frame.next());
        return;
      case KIND.end:
        this.#end((frame.flags & CUT) !== 0);
    }
  }

  /** The client still has to close its side; what it sends is dropped. */
  #end(isCut: boolean): void {
    if (isCut) {
      this.#finish();
      if (this.#socket.writableFinished) this.#socket.destroy();
      // What was written before may still be on its way.
      else this.#socket.end(() => this.#socket.destroy());
    } else this.#socket.end();
  }

  linkDrained(): void {
    this.#window.linkDrained();
  }

  // --- the end ---

  nodeLost(): void {
    this.#leave();
  }

  drain(): void {
    this.#tell(KIND.gone);
    this.#leave();
  }

  /** The client attaches again (PROTOCOL.md §15). */
  #leave(): void {
    if (this.#isOver) return;
    this.#finish();
    if (!this.#isAnswered) this.#refuse('unreachable');
    else if (this.#lastWords !== undefined) this.#socket.end(this.#lastWords);
    else this.#socket.destroy();
    this.#socket.resume();
  }

  #clientGone(): void {
    if (this.#isOver) return;
    this.#peer?.send(goneFrame(this.#id));
    this.#finish();
  }

  #tell(kind: number, value = 0): void {
    if (!this.#isOver) this.#peer?.send(encodeFrame(kind, this.#id, value));
  }

  #finish(): void {
    this.#isOver = true;
    this.#peer?.forget(this.#id);
  }
}
