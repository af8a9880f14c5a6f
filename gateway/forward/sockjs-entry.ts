import { RequestError } from '../base/errors.ts';
import type { Questions } from '../cluster/questions.ts';
import { TOPIC } from '../cluster/questions.ts';
import type { Exchange } from '../http/exchange.ts';
import { KnownSessionGate } from '../transport/body-gates.ts';
import { sockJsKey } from '../transport/sockjs/endpoint.ts';
import { FORMS } from '../transport/sockjs/list.ts';
import type { SessionAddress } from '../transport/sockjs/path.ts';
import type { AnswerHere } from './entry.ts';
import { type ForwardContext, forward } from './forwarded-exchange.ts';
import { ReadExchange } from './stored-exchange.ts';

/** Sessions whose node is remembered. */
const MAX_KNOWN = 10_000;

export interface SockJsEntryContext extends ForwardContext {
  /** Whether this node has the session of a key. */
  holds(key: string): boolean;
  questions(): Questions;
}

const NOTHING = Buffer.alloc(0);

/**
 * Decides which node answers a request of SockJS. Its clients make up the ids of their sessions, so
 * an id names no node. The first request of an id that comes to a node has it ask all others. If
 * none has the session, the hash of its address says who makes it.
 */
export class SockJsEntry {
  readonly #context: SockJsEntryContext;
  readonly #gate: KnownSessionGate;
  /** The oldest comes first. */
  readonly #known = new Map<string, string>();

  constructor(context: SockJsEntryContext) {
    this.#context = context;
    this.#gate = new KnownSessionGate(context.memory);
  }

  /**
   * Takes a request of a session, unless this node has the session: then the answer is false.
   * `limit`: bytes of a body.
   */
  takes(exchange: Exchange, address: SessionAddress, limit: number, here: AnswerHere): boolean {
    const form = FORMS.get(address.action);
    if (form === undefined || exchange.method !== form.method) return false;
    const key = sockJsKey(address);
    if (this.#context.holds(key)) return false;
    const isUp = form.direction === 'up';
    const known = this.#known.get(key);
    if (known !== undefined) this.#pass(known, key, exchange, isUp, limit, here);
    else this.#find(key, isUp, (node) => this.#pass(node, key, exchange, isUp, limit, here));
    return true;
  }

  #find(key: string, isUp: boolean, found: (node: string) => void): void {
    const { nodes, questions } = this.#context;
    questions().ask(TOPIC.sockjs, key, (holder) => {
      // Messages of a session that nobody has are refused here.
      const node = holder?.node ?? (isUp ? nodes.self : nodes.ownerOf(key));
      if (node !== nodes.self) this.#remember(key, node);
      found(node);
    });
  }

  #remember(key: string, node: string): void {
    this.#known.delete(key);
    this.#known.set(key, node);
    if (this.#known.size > MAX_KNOWN) this.#known.delete(this.#known.keys().next().value as string);
  }

  #pass(node: string, key: string, exchange: Exchange, isUp: boolean, limit: number, here: AnswerHere): void {
    if (node === this.#context.nodes.self) here(exchange);
    else if (!isUp) this.#forward(node, key, exchange, NOTHING, true, here);
    else {
      exchange.readBody(
        limit,
        (body) => {
          if (body instanceof Error) here(new ReadExchange(exchange, body));
          // Sent twice, its messages would be delivered twice.
          else this.#forward(node, key, exchange, body, false, here);
        },
        this.#gate,
      );
    }
  }

  #forward(
    node: string,
    key: string,
    exchange: Exchange,
    body: Buffer,
    isRepeatable: boolean,
    here: AnswerHere,
  ): void {
    forward(this.#context, node, exchange, body, {
      // A handshake with the backend needs them.
      fields: 'all',
      isRepeatable,
      answerHere: (stored, why) => {
        if (why === 'gone') this.#known.delete(key);
        here(stored, why === 'unreachable' ? new RequestError('GW_NODE') : undefined);
      },
    });
  }
}
