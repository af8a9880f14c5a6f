import { RequestError } from '../base/errors.ts';
import type { MemoryAccount, MemoryBudget } from '../base/memory-budget.ts';
import type { BodyGate } from '../http/body-gate.ts';
import type { RequestHead } from '../http/exchange.ts';

/** Characters of a token, at most (PROTOCOL.md §3). */
const MAX_TOKEN = 64;

/** First byte of a body in byte form. */
const BYTE_FORM = 0x01;

/** `;` stands behind the token of a body in text form. */
const SEPARATOR = 0x3b;

/** The token at the beginning of a body, and where the frames begin (PROTOCOL.md §4.1). */
export interface TokenPrefix {
  readonly token: string;
  readonly form: 'text' | 'byte';
  readonly end: number;
}

/** Reads the token; undefined if the bytes hold no whole one. */
export function readToken(body: Buffer): TokenPrefix | undefined {
  if (body[0] === BYTE_FORM) {
    const end = 2 + (body[1] ?? 0);
    if (end === 2 || end > body.length) return undefined;
    return { token: body.toString('latin1', 2, end), form: 'byte', end };
  }
  const mark = body.indexOf(SEPARATOR);
  return mark > 0 ? { token: body.toString('latin1', 0, mark), form: 'text', end: mark + 1 } : undefined;
}

/** Whether a token is a session's, of whatever route and page. */
export interface KnownTokens {
  knows(token: string): boolean;
}

/** Collects bodies that begin with the token of a session that exists. */
export class TokenGate implements BodyGate {
  /** In byte form two bytes stand before the token; in text form one stands behind it. */
  readonly prefix = MAX_TOKEN + 2;
  readonly #sessions: KnownTokens;
  readonly #memory: MemoryBudget;

  constructor(sessions: KnownTokens, memory: MemoryBudget) {
    this.#sessions = sessions;
    this.#memory = memory;
  }

  admit(start: Buffer, head: RequestHead): MemoryAccount {
    const token = readToken(start)?.token;
    if (token === undefined) throw new RequestError('GW_TOKEN');
    if (!this.#sessions.knows(token)) throw new RequestError('GW_SESSION');
    return this.#memory.account(head.remoteAddress);
  }
}

/** Collects bodies of clients that have no session yet, while there is memory for more of them. */
export class CreateGate implements BodyGate {
  readonly prefix = 0;
  readonly #memory: MemoryBudget;

  constructor(memory: MemoryBudget) {
    this.#memory = memory;
  }

  admit(_start: Buffer, head: RequestHead): MemoryAccount {
    this.#memory.admit(head.remoteAddress);
    return this.#memory.account(head.remoteAddress);
  }
}

/** Collects bodies of sessions that the request's address has named. */
export class KnownSessionGate implements BodyGate {
  readonly prefix = 0;
  readonly #memory: MemoryBudget;

  constructor(memory: MemoryBudget) {
    this.#memory = memory;
  }

  admit(_start: Buffer, head: RequestHead): MemoryAccount {
    return this.#memory.account(head.remoteAddress);
  }
}
