import { Agent, type AgentOptions } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { Clock } from '../base/clock.ts';
import { detached } from '../base/detached.ts';
import { RefusedError, RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { headerValues, type RawHeaders } from '../base/raw-headers.ts';
import { logRefusedRequest, type RequestFacts } from '../base/refused-request.ts';
import { type AuthAnswer, type AuthTarget, askAuth, authFields, authName } from './auth-request.ts';
import { AuthWatch } from './auth-watch.ts';
import type { Handshake } from './backend.ts';
import { refusedClient } from './log-refusal.ts';
import { withVouched } from './vouched.ts';

/** How the clients of a route are looked at before its backend hears of them. */
export interface AuthOptions extends AuthTarget {
  /** Fields of the auth server's answer that are set on the handshake with the backend. */
  readonly headers: readonly string[];
  /** Milliseconds after which it is queried about an open connection again; 0 for never. */
  readonly every: number;
  /** Milliseconds until it must have answered. */
  readonly timeout: number;
}

export interface AuthContext {
  readonly clock: Clock;
  /** The route's log. */
  readonly log: Log;
}

/** A client that the auth server has let in. */
export interface Admitted {
  /** With the fields that the auth server set. */
  readonly handshake: Handshake;
  /**
   * Has the auth server queried again while the connection is open. Calls `close` when it says no.
   * The returned function ends that.
   */
  watch(close: () => void): () => void;
}

/** A field that names the user, such as `X-Auth-Request-User` or `Remote-User`. */
const USER = /(?:^|-)user$/i;

/** Questions under way at a time, by the connections for them. More wait. */
const MAX_CONNECTIONS = 64;

const NEVER = new AbortController().signal;
const NOTHING = (): void => {};

/**
 * Asks an HTTP server whether a client may connect, once for each connection, with the semantics of
 * nginx's `auth_request` (nginx.org/en/docs/http/ngx_http_auth_request_module.html): 2xx lets it
 * in, 401 and 403 refuse it, and anything else is an error.
 */
export class ForwardAuth {
  readonly #options: AuthOptions;
  readonly #context: AuthContext;
  readonly #agent: Agent;
  readonly #watch: AuthWatch;

  constructor(options: AuthOptions, context: AuthContext) {
    this.#options = options;
    this.#context = context;
    const pool: AgentOptions = { keepAlive: true, maxSockets: MAX_CONNECTIONS };
    this.#agent = options.secure ? new TlsAgent(pool) : new Agent(pool);
    this.#watch = new AuthWatch(context.clock, options.every);
  }

  /**
   * Lets a client in. Throws a `RefusedError` with 401 or 403 `GW_AUTH`, or a `RequestError` if the
   * auth server failed or did not answer.
   */
  async admit(handshake: Handshake, signal: AbortSignal): Promise<Admitted> {
    const fields = authFields(handshake, this.#options);
    const answer = await this.#ask(fields, signal);
    if (!isYes(answer)) throw this.#refusal(answer);
    const set = this.#setBy(answer.rawHeaders);
    const user = set.find((_, index) => index % 2 === 1 && USER.test(set[index - 1] as string));
    return {
      handshake: {
        ...withVouched(handshake, this.#options.headers, set),
        ...(user !== undefined && { user: detached(user) }),
      },
      watch: (close) => (this.#options.every === 0 ? NOTHING : this.#watchFor(handshake, fields, close)),
    };
  }

  /** Ends its idle connections. */
  close(): void {
    this.#agent.destroy();
  }

  /** Keeps one text of what it needs: the fields are parts of the request's head. */
  #watchFor(handshake: Handshake, fields: readonly string[], close: () => void): () => void {
    const kept = detached(fields.join('\n'));
    const client = detachedFacts(refusedClient(handshake));
    const account = handshake.openAccount?.();
    account?.set(2 * kept.length);
    const end = this.#watch.add({
      ask: () => this.#holds(kept.split('\n'), client),
      over: () => {
        account?.close();
        close();
      },
    });
    return () => {
      end();
      account?.close();
    };
  }

  /** An auth server that fails ends no connection: it has not said no. */
  async #holds(fields: readonly string[], client: RequestFacts): Promise<boolean> {
    try {
      const answer = await this.#ask(fields, NEVER);
      return isYes(answer);
    } catch (error) {
      if (error instanceof RequestError) logRefusedRequest(this.#context.log, client, error);
      return true;
    }
  }

  /** Resolves with 2xx, 401 or 403. */
  async #ask(fields: readonly string[], signal: AbortSignal): Promise<AuthAnswer> {
    const { timeout } = this.#options;
    const { clock } = this.#context;
    const answer = await askAuth(this.#options, fields, this.#agent, {
      clock,
      connectTimeout: timeout,
      signal,
    });
    const { status } = answer;
    if (isYes(answer) || status === 401 || status === 403) return answer;
    throw new RequestError('GW_AUTH_FAILED', undefined, {
      advice: `the auth server ${authName(this.#options)} answered ${status}; it has to answer 2xx, 401 or 403`,
    });
  }

  #refusal({ status, rawHeaders }: AuthAnswer): RefusedError {
    const challenges = headerValues(rawHeaders, 'www-authenticate').filter(isPrintable);
    return new RefusedError(`the auth server answered ${status}`, status, {
      code: 'GW_AUTH',
      fields: challenges.flatMap((challenge) => ['WWW-Authenticate', challenge]),
      remedy: {
        advice: `${authName(this.#options)} decides; it sees the cookies and Authorization of the page`,
      },
    });
  }

  /** The fields for the backend, by the names that the operator wrote. */
  #setBy(rawHeaders: RawHeaders): string[] {
    return this.#options.headers.flatMap((name) =>
      headerValues(rawHeaders, name.toLowerCase())
        .filter(isPrintable)
        .flatMap((value) => [name, value]),
    );
  }
}

function isYes({ status }: AuthAnswer): boolean {
  return status >= 200 && status < 300;
}

/** RFC 9110 §5.5. */
function isPrintable(value: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}

function detachedFacts(facts: RequestFacts): RequestFacts {
  return JSON.parse(JSON.stringify(facts)) as RequestFacts;
}
