import type { MemoryAccount, MemoryBudget } from '../base/memory-budget.ts';
import { encodeFrame, type FrameReader, KIND } from '../cluster/frame.ts';
import type { Nodes } from '../cluster/nodes.ts';
import type { DrainListener, Exchange, ResponseStream } from '../http/exchange.ts';
import { goneFrame } from './entry-peer.ts';
import type { HeaderBlocks } from './header-block.ts';
import type { EntryEnd, OwnerPeer } from './owner-peer.ts';
import { encodeRequest, type Fields, renumbered } from './request-frame.ts';
import { ReceiveWindow } from './send-window.ts';
import { StoredExchange } from './stored-exchange.ts';

/** What became of a request that could not be forwarded. */
export type NotForwarded =
  /** Its owner has ended. */
  | 'gone'
  /** Its owner may be alive, and cannot be reached. */
  | 'unreachable'
  /** This node is the owner, as another one has found out. */
  | 'own';

export interface ForwardContext {
  readonly memory: MemoryBudget;
  readonly nodes: Nodes;
  readonly headers: HeaderBlocks;
  peer(node: string): OwnerPeer;
}

export interface ForwardRequest {
  readonly exchange: Exchange;
  /** The request as a frame, with any id. */
  readonly frame: Buffer;
  /** Counts the frame while it is kept. */
  readonly account: MemoryAccount;
  /**
   * It may be sent again after the owner was lost: twice it takes effect once. A body of SockJS may
   * not.
   */
  readonly isRepeatable: boolean;
  /** Answers the request here. */
  answerHere(exchange: Exchange, why: NotForwarded): void;
  /** Says by the owner's status whether another node is to answer: its name. */
  goesOn?(status: number): string | undefined;
}

/** How a request is forwarded. */
export interface Forwarding extends Pick<ForwardRequest, 'isRepeatable' | 'answerHere' | 'goesOn'> {
  readonly fields: Fields;
  /** Flags of the frame. */
  readonly flags?: number;
}

/** Forwards a request to its owner. */
export function forward(
  context: ForwardContext,
  node: string,
  exchange: Exchange,
  body: Buffer,
  { fields, flags = 0, ...how }: Forwarding,
): void {
  const frame = encodeRequest(KIND.request, 0, flags, exchange, fields, body);
  const account = context.memory.account(exchange.remoteAddress);
  new ForwardedExchange(context, { exchange, frame, account, ...how }).start(node);
}

/** A request of a client of this node, while another node answers it. */
export class ForwardedExchange implements EntryEnd, DrainListener {
  readonly #context: ForwardContext;
  readonly #request: ForwardRequest;
  #node = '';
  #peer: OwnerPeer | undefined;
  #id = 0;
  #isSent = false;
  #isOver = false;
  #stream: ResponseStream | undefined;
  #lastWords: Buffer | undefined;
  /** Of a stream. */
  #taken: ReceiveWindow | undefined;
  /** Bytes that the client has not read. */
  #unread = 0;

  constructor(context: ForwardContext, request: ForwardRequest) {
    this.#context = context;
    this.#request = request;
    const { exchange, account, frame } = request;
    account.set(frame.length);
    exchange.forgetRequest();
    exchange.onGone(() => this.#clientGone());
  }

  /** Sends the request to its owner, as soon as that can be reached. */
  start(node: string): void {
    this.#node = node;
    this.#peer = undefined;
    if (node === this.#context.nodes.self) {
      this.#answerHere('own');
      return;
    }
    this.#context.nodes.whenKnown(node, (outcome) => {
      if (this.#isOver) return;
      if (outcome === 'up') this.#send();
      else this.#answerHere(outcome);
    });
  }

  #send(): void {
    const { frame } = this.#request;
    const peer = this.#context.peer(this.#node);
    this.#peer = peer;
    this.#id = peer.add(this);
    // A frame that was sent belongs to the link.
    const numbered = this.#isSent ? renumbered(frame, this.#id) : frame;
    if (!this.#isSent) frame.writeUInt32LE(this.#id, 2);
    this.#isSent = true;
    peer.send(numbered);
  }

  #answerHere(why: NotForwarded): void {
    const { exchange, frame, answerHere } = this.#request;
    this.#finish();
    answerHere(new StoredExchange(frame, exchange), why);
  }

  // --- what the owner says ---

  received(frame: FrameReader): void {
    switch (frame.kind) {
      case KIND.reply:
        this.#reply(frame);
        return;
      case KIND.stream:
        this.#begin(frame);
        return;
      case KIND.write:
        this.#write(frame);
        return;
      case KIND.end:
        this.#finish();
        this.#stream?.end();
        return;
      case KIND.redirect:
        this.#redirect(frame.text());
    }
  }

  #redirect(node: string): void {
    this.#peer?.forget(this.#id);
    this.start(node);
  }

  #reply(frame: FrameReader): void {
    const { exchange, goesOn } = this.#request;
    const next = goesOn?.(frame.value);
    if (next !== undefined) {
      this.#redirect(next);
      return;
    }
    const headers = this.#context.headers.decode(frame.next());
    this.#finish();
    exchange.reply(frame.value, headers, frame.next());
  }

  #begin(frame: FrameReader): void {
    const headers = this.#context.headers.decode(frame.next());
    const words = frame.next();
    // A view would keep the whole batch that it came in.
    if (words.length > 0) this.#lastWords = Buffer.from(words);
    this.#request.account.close();
    this.#taken = new ReceiveWindow((bytes) => this.#peer?.send(encodeFrame(KIND.credit, this.#id, bytes)));
    const stream = this.#request.exchange.stream(frame.value, headers);
    this.#stream = stream;
    stream.onDrain(this);
  }

  #write(frame: FrameReader): void {
    if (this.#stream?.write(frame.next()) === true) this.#taken?.took(frame.length);
    else this.#unread += frame.length;
  }

  drained(): void {
    const bytes = this.#unread;
    this.#unread = 0;
    this.#taken?.took(bytes);
  }

  // --- the end ---

  nodeLost(): void {
    if (this.#isOver) return;
    if (this.#stream !== undefined) this.#endStream(this.#stream);
    else if (this.#request.isRepeatable) this.start(this.#node);
    else this.#answerHere('unreachable');
  }

  drain(): void {
    this.#peer?.send(goneFrame(this.#id));
    if (this.#stream !== undefined) this.#endStream(this.#stream);
    else this.#answerHere('unreachable');
  }

  /** The client attaches again (PROTOCOL.md §15). */
  #endStream(stream: ResponseStream): void {
    this.#finish();
    if (this.#lastWords !== undefined) stream.write(this.#lastWords);
    stream.end();
  }

  #clientGone(): void {
    if (this.#isOver) return;
    if (this.#peer !== undefined) this.#peer.send(goneFrame(this.#id));
    this.#finish();
  }

  #finish(): void {
    this.#isOver = true;
    this.#peer?.forget(this.#id);
    this.#request.account.close();
  }
}
