import { mayUse } from '../access/admission.ts';
import type { CookieBinding } from '../access/cookie-binding.ts';
import type { RequestHead } from '../http/exchange.ts';
import type { SessionRegistry } from '../session/registry.ts';
import type { Session } from '../session/session.ts';

/** Finds the session that a request names, if the request may use it (PROTOCOL.md §4.2). */
export class SessionFinder {
  readonly #registry: SessionRegistry;
  readonly #binding: CookieBinding;
  /** What each session is bound to, if sessions are bound. */
  readonly #bound = new WeakMap<Session, string>();

  constructor(registry: SessionRegistry, binding: CookieBinding) {
    this.#registry = registry;
    this.#binding = binding;
  }

  /** Binds a new session to the request that opened it. */
  bind(session: Session, head: RequestHead): void {
    if (this.#binding.isOn) this.#bound.set(session, this.#binding.of(head));
  }

  /** Whether the token is a session's, of whatever route and page. */
  knows(token: string): boolean {
    return this.#registry.find(token) !== undefined;
  }

  /** Path of the route that a token's session was opened on. */
  routeOf(token: string): string | undefined {
    return this.#registry.find(token)?.identity.route;
  }

  /** The session of a token, if this route, this page and this user may use it. */
  find(token: string, route: string, head: RequestHead): Session | undefined {
    const session = this.#registry.find(token);
    if (session === undefined || session.identity.route !== route) return undefined;
    if (!mayUse(head, session.identity.origin)) return undefined;
    return this.#isBoundTo(session, head) ? session : undefined;
  }

  #isBoundTo(session: Session, head: RequestHead): boolean {
    return !this.#binding.isOn || this.#bound.get(session) === this.#binding.of(head);
  }
}
