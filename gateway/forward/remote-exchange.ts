import { encodeFrame, type FrameReader, KIND } from '../cluster/frame.ts';
import { bodyTooLong } from '../http/body-gate.ts';
import type { BodyReceiver, DrainListener, Exchange, Headers, ResponseStream } from '../http/exchange.ts';
import type { EntryPeer, RemoteEnd } from './entry-peer.ts';
import { encodeHeaders } from './header-block.ts';
import { ForwardedHead } from './request-frame.ts';
import { SendWindow } from './send-window.ts';

/**
 * A request that another node got, at the node that answers it. Its body has come with it. The
 * entry writes the answer to the client as it comes.
 */
export class RemoteExchange extends ForwardedHead implements Exchange, RemoteEnd {
  readonly #id: number;
  readonly #peer: EntryPeer;
  #body: Buffer | undefined;
  #isBegun = false;
  #stream: RemoteStream | undefined;
  #gone: (() => void) | undefined;

  constructor(frame: FrameReader, peer: EntryPeer) {
    super(frame);
    this.#id = frame.id;
    this.#body = frame.next();
    this.#peer = peer;
  }

  /** Empty once it was read. */
  get body(): Buffer {
    return this.#body ?? EMPTY;
  }

  readBody(limit: number, done: BodyReceiver): void {
    const { body } = this;
    this.#body = undefined;
    done(body.length > limit ? bodyTooLong() : body);
  }

  reply(status: number, headers: Headers, body: string | Buffer): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    this.#peer.send(encodeFrame(KIND.reply, this.#id, status, 0, encodeHeaders(headers), body));
    this.#finish();
  }

  stream(status: number, headers: Headers, lastWords: string | Buffer = ''): ResponseStream {
    this.#isBegun = true;
    this.forgetRequest();
    this.#peer.send(encodeFrame(KIND.stream, this.#id, status, 0, encodeHeaders(headers), lastWords));
    this.#stream = new RemoteStream(this.#id, this.#peer, () => this.#finish());
    return this.#stream;
  }

  /** Has the entry ask another node. */
  redirect(node: string): void {
    this.#isBegun = true;
    this.#peer.send(encodeFrame(KIND.redirect, this.#id, 0, 0, node));
    this.#finish();
  }

  override forgetRequest(): void {
    this.#body = undefined;
    super.forgetRequest();
  }

  onGone(listener: () => void): void {
    this.#gone = listener;
  }

  // --- what the entry says ---

  received(frame: FrameReader): void {
    if (frame.kind === KIND.credit) this.#stream?.window.credit(frame.value);
    else if (frame.kind === KIND.gone) this.lost();
  }

  linkDrained(): void {
    this.#stream?.window.linkDrained();
  }

  lost(): void {
    this.#isBegun = true;
    this.#stream?.lost();
    const gone = this.#gone;
    this.#finish();
    gone?.();
  }

  #finish(): void {
    this.#peer.forget(this.#id);
    this.#gone = undefined;
  }
}

const EMPTY = Buffer.alloc(0);

/** An answer that is written over the link. */
class RemoteStream implements ResponseStream {
  readonly window: SendWindow;
  readonly #id: number;
  readonly #peer: EntryPeer;
  readonly #ended: () => void;
  #isOver = false;
  #listener: DrainListener | undefined;

  constructor(id: number, peer: EntryPeer, ended: () => void) {
    this.#id = id;
    this.#peer = peer;
    this.#ended = ended;
    this.window = new SendWindow(() => this.#listener?.drained());
  }

  write(chunk: string | Buffer): boolean {
    if (this.#isOver || chunk.length === 0) return true;
    const frame = encodeFrame(KIND.write, this.#id, 0, 0, chunk);
    return this.window.sent(frame.length, this.#peer.send(frame));
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#peer.send(encodeFrame(KIND.end, this.#id));
    this.#ended();
  }

  onDrain(listener: DrainListener): void {
    this.#listener = listener;
  }

  /** Nobody reads it any more. */
  lost(): void {
    this.#isOver = true;
  }
}
