import { RequestError } from '../base/errors.ts';
import type { Claims } from '../cluster/claims.ts';
import { KIND } from '../cluster/frame.ts';
import type { Exchange, RequestHead } from '../http/exchange.ts';
import type { Upgrade } from '../http/upgrade.ts';
import { CreateGate, type KnownTokens } from '../transport/body-gates.ts';
import { CREATE_BODY } from '../transport/create.ts';
import { TOKEN_ROOM } from '../transport/endpoint.ts';
import type { FallbackAddress } from '../transport/fallback-path.ts';
import { FormGate, GROWTH } from '../transport/legacy/form.ts';
import { scriptBody } from '../transport/legacy/script.ts';
import { TRANSPORTS } from '../transport/list.ts';
import type { OpenDistant } from '../transport/shared/distant-session.ts';
import { EntryGate } from './entry-gate.ts';
import { type ForwardContext, ForwardedExchange, forward, type NotForwarded } from './forwarded-exchange.ts';
import { ForwardedUpgrade } from './forwarded-upgrade.ts';
import { CREATE, encodeRequest, MEMBER } from './request-frame.ts';
import { isForm, nodeOf, nodeOfBody, nodeOfForm } from './session-node.ts';
import { ReadExchange } from './stored-exchange.ts';

export interface EntryContext extends ForwardContext {
  readonly sessions: KnownTokens;
  /** Bytes of a request body. */
  readonly body: number;
  readonly claims: Pick<Claims, 'settle'>;
  /** This node takes no new sessions. */
  draining(): boolean;
}

/** Answers a request here after all; with an error: refuses it. */
export type AnswerHere = (exchange: Exchange, error?: RequestError) => void;

/** What the place of a new session is chosen by. */
interface Place {
  readonly nonce: string;
  /** The session goes where the hash of this leads. */
  readonly key: string;
}

const NOTHING = Buffer.alloc(0);

/** Decides which node answers a request that this one got, and forwards it. */
export class Entry {
  readonly #context: EntryContext;
  readonly #gate: EntryGate;
  readonly #createGate: CreateGate;

  constructor(context: EntryContext) {
    const { memory, sessions, nodes } = context;
    this.#context = context;
    this.#gate = new EntryGate(sessions, nodes, memory);
    this.#createGate = new CreateGate(memory);
  }

  /**
   * Takes a request of the fallback protocol, unless it is sure that this node answers it: then
   * nothing has been read of it, and the answer is false.
   */
  takes(exchange: Exchange, { action, token }: FallbackAddress, here: AnswerHere): boolean {
    if (exchange.method === 'OPTIONS') return false;
    if (action === 'create') return this.#takesCreate(exchange, here);
    if (token !== undefined) return this.#forwardTo(nodeOf(token), exchange, NOTHING, here);
    if (TRANSPORTS.get(action)?.source !== 'body') return false;
    if (exchange.method === 'POST') {
      this.#readBody(exchange, action, here);
      return true;
    }
    const body = isScript(exchange) ? scriptBody(exchange.query) : undefined;
    return body !== undefined && this.#forwardTo(nodeOfBody(body), exchange, NOTHING, here);
  }

  /** Takes the Upgrade of a session that another node owns. `refuse` answers in place of a 101. */
  takesUpgrade(upgrade: Upgrade, token: string, refuse: (error: RequestError) => void): boolean {
    const { nodes } = this.#context;
    const node = nodeOf(token);
    if (node === undefined || node === nodes.self) return false;
    const frame = encodeRequest(KIND.upgrade, 0, 0, upgrade, 'all', upgrade.head);
    new ForwardedUpgrade(this.#context, upgrade, frame, (why) =>
      refuse(new RequestError(why === 'gone' ? 'GW_SESSION' : 'GW_NODE')),
    ).start(node);
    return true;
  }

  /**
   * A further session of a shared carrier: how its frames are had from the node that owns it.
   * Undefined if it is of this node, or of none.
   */
  member(token: string, head: RequestHead): OpenDistant | undefined {
    const { nodes } = this.#context;
    const node = nodeOf(token);
    if (node === undefined || node === nodes.self) return undefined;
    const { method, path, remoteAddress, forwardedFor, secure, host, rawHeaders } = head;
    const kept = { method, path, query: '', remoteAddress, forwardedFor, secure, host, rawHeaders };
    return (exchange, body) => {
      const frame = encodeRequest(KIND.request, 0, MEMBER, kept, 'of-session', Buffer.from(body));
      const account = this.#context.memory.account(remoteAddress);
      const answerHere = (_stored: Exchange, why: NotForwarded): void =>
        exchange.reply(why === 'gone' ? 404 : 504, {}, '');
      const request = { exchange, frame, account, isRepeatable: true, answerHere };
      new ForwardedExchange(this.#context, request).start(node);
    };
  }

  // --- requests of a session ---

  #readBody(exchange: Exchange, action: string, here: AnswerHere): void {
    const { self } = this.#context.nodes;
    const isInForm = isForm(exchange, action);
    const limit = this.#context.body + TOKEN_ROOM;
    const receive = (body: Buffer | Error): void => {
      const node = body instanceof Error ? undefined : (isInForm ? nodeOfForm : nodeOfBody)(body);
      if (body instanceof Error || node === undefined || node === self)
        here(new ReadExchange(exchange, body));
      else this.#forwardTo(node, exchange, body, here);
    };
    if (isInForm) exchange.readBody(GROWTH * limit, receive, new FormGate(this.#gate));
    else exchange.readBody(limit, receive, this.#gate);
  }

  #forwardTo(node: string | undefined, exchange: Exchange, body: Buffer, here: AnswerHere): boolean {
    if (node === undefined || node === this.#context.nodes.self) return false;
    forward(this.#context, node, exchange, body, {
      fields: 'of-session',
      isRepeatable: true,
      answerHere: (stored, why) =>
        why === 'unreachable' ? here(stored, new RequestError('GW_NODE')) : here(stored),
    });
    return true;
  }

  // --- create ---

  #takesCreate(exchange: Exchange, here: AnswerHere): boolean {
    if (exchange.method !== 'POST' && !isScript(exchange)) return false;
    const receive = (body: Buffer | Error): void => {
      if (body instanceof Error) here(new ReadExchange(exchange, body));
      else this.#place(exchange, body, here);
    };
    const inQuery = exchange.method === 'POST' ? undefined : scriptBody(exchange.query);
    if (exchange.method === 'POST') exchange.readBody(CREATE_BODY, receive, this.#createGate);
    else if (inQuery !== undefined && inQuery.length <= CREATE_BODY) receive(inQuery);
    else return false;
    return true;
  }

  #place(exchange: Exchange, body: Buffer, here: AnswerHere): void {
    const { nodes, draining } = this.#context;
    const fields = new URLSearchParams(body.toString('utf8'));
    const nonce = fields.get('nonce') ?? '';
    const beside = fields.get('beside');
    // Sessions of a page are made on one node, also of a shim that does not say which it has.
    const page = `${exchange.remoteAddress} ${exchange.header('user-agent') ?? ''} ${fields.get('origin') ?? ''}`;
    const place = { nonce, key: beside === null ? page : nonce };
    const neighbour = beside === null ? undefined : nodeOf(beside);
    const isThere = neighbour === nodes.self ? !draining() : neighbour !== undefined && nodes.isUp(neighbour);
    const node = isThere ? (neighbour as string) : nodes.ownerOf(place.key);
    this.#createAt(node, exchange, body, place, here);
  }

  #createAt(node: string, exchange: Exchange, body: Buffer, place: Place, here: AnswerHere): void {
    const { nodes, claims } = this.#context;
    if (node === nodes.self) {
      claims.settle(place.nonce, (winner) => {
        if (winner === nodes.self) here(new ReadExchange(exchange, body));
        else this.#forwardCreate(winner, exchange, body, place, here);
      });
    } else this.#forwardCreate(node, exchange, body, place, here);
  }

  #forwardCreate(node: string, exchange: Exchange, body: Buffer, place: Place, here: AnswerHere): void {
    const { nodes } = this.#context;
    let isRefused = false;
    forward(this.#context, node, exchange, body, {
      fields: 'all',
      flags: CREATE,
      isRepeatable: true,
      answerHere: (stored, why) => {
        if (why === 'unreachable') here(stored, new RequestError('GW_NODE_CREATE'));
        else if (why === 'own') here(stored);
        else this.#createAt(nodes.ownerOf(place.key, node), stored, body, place, here);
      },
      // It has no room, or is about to end; the one that the hash leads to may have room.
      goesOn: (status) => {
        const next = nodes.ownerOf(place.key, node);
        if (status !== 503 || isRefused || next === nodes.self) return undefined;
        isRefused = true;
        return next;
      },
    });
  }
}

/** Whether the body is in the query (PROTOCOL.md §4.4). */
function isScript({ method, query }: Exchange): boolean {
  return method === 'GET' && query.startsWith('c=');
}
