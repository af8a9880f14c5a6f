import type { Target } from '../../messages.ts';
import { HttpLink } from '../http-link.ts';
import { sessionPort } from '../landing.ts';
import {
  bytesOf,
  type Dialect,
  type LoadSession,
  requestHead,
  Sender,
  Splitter,
  sessionName,
} from '../session.ts';
import { WebSocketLink } from '../websocket-link.ts';

const END = '\x1e';
/**
 * Text that is left unanswered until an acknowledgement is sent for itself: a quarter of the
 * default outbox (PROTOCOL.md §3).
 */
const ACKNOWLEDGE_AFTER = 262_144;

/** Creates a session (PROTOCOL.md §3) and tells its token. */
function create(target: Target, up: HttpLink, created: (token: string) => void): void {
  const fields = new URLSearchParams({
    nonce: `${sessionName()}nonce-nonce-nonce`.slice(0, 64),
    url: target.path,
    origin: `http://127.0.0.1:${target.port}`,
    beside: '',
  });
  let answer = '';
  up.request(requestHead('POST', `${target.path}/_fallback/v1/create`, target), fields.toString(), {
    body: (text) => {
      answer += text;
    },
    end: () => {
      const token = new URLSearchParams(answer).get('token');
      if (token === null) throw new Error(`no token in ${answer}`);
      created(token);
    },
  });
}

/**
 * Numbers of one session, both directions (PROTOCOL.md §2.1): what the shim keeps too, without its
 * resending.
 */
class Numbers {
  received = 0;
  #sent = 0;
  #acknowledged = 0;
  #unacknowledged = 0;
  /** Position in the current downstream unit. */
  #next = 0;
  onmessage: (text: string) => void = () => {};
  onrecycle: () => void = () => {};

  /** One frame, without its end. */
  frame(text: string): void {
    const type = text[0];
    if (type === 'T') {
      const number = this.#next;
      this.#next += 1;
      if (number !== this.received + 1) return;
      this.received = number;
      this.#unacknowledged += text.length;
      this.onmessage(text.slice(1));
    } else if (type === '#') this.#next = Number(text.slice(1));
    else if (type === 'R' || text === 'Er') this.onrecycle();
    else if (type === 'C' || type === 'X' || text === 'Eg') throw new Error(`session ended: ${text}`);
  }

  /** Frames for a unit of their own, the number first. */
  encode(messages: readonly string[]): string {
    let frames = `#${this.#sent + 1}${END}`;
    this.#sent += messages.length;
    for (const message of messages) frames += `T${message}${END}`;
    return frames;
  }

  /** The acknowledgement, if there is something new to acknowledge. */
  acknowledgement(): string {
    if (this.#acknowledged === this.received) return '';
    this.#acknowledged = this.received;
    this.#unacknowledged = 0;
    return `A${this.received}${END}`;
  }

  /** The payload of a `D` frame, which acknowledges as well. */
  wanted(n: number): string {
    this.#acknowledged = this.received;
    this.#unacknowledged = 0;
    return `${n},${this.received}`;
  }

  get overdue(): boolean {
    return this.#unacknowledged >= ACKNOWLEDGE_AFTER;
  }
}

/** What one session of any HTTP form is made of. */
class Fallback implements LoadSession {
  readonly numbers = new Numbers();
  readonly target: Target;
  readonly #up: HttpLink;
  readonly #sender: Sender;
  readonly #token: string;
  /** Downstreams take turns, as a newer one is opened before the older has ended. */
  readonly downs: [HttpLink, HttpLink];
  /** Messages for the next poll, while one is about to be sent; otherwise they go by `send`. */
  carried: string[] | undefined;
  attached = 0;

  constructor(target: Target, up: HttpLink, token: string) {
    this.target = target;
    // A session that is led to its node takes no connection that may be another's.
    this.#up = target.routed === true ? new HttpLink(sessionPort(target, token)) : up;
    this.#token = token;
    this.downs = [new HttpLink(sessionPort(target, token)), new HttpLink(sessionPort(target, token))];
    this.#sender = new Sender(
      this.#up,
      requestHead('POST', `${target.path}/_fallback/v1/send`, target),
      (messages) => `${token};${this.numbers.acknowledgement()}${this.numbers.encode(messages)}`,
    );
  }

  get node(): string {
    return this.#token.slice(0, this.#token.indexOf('.'));
  }

  set onmessage(listener: (text: string) => void) {
    this.numbers.onmessage = listener;
  }

  send(text: string): void {
    if (this.carried === undefined) this.#sender.send(text);
    else this.carried.push(text);
  }

  /** Tells the gateway that the page is gone (`X`), as the shim does by a beacon. */
  leave(): void {
    for (const down of this.downs) down.drop();
    this.#sender.sendBare(`${this.#token};X${END}`);
  }

  acknowledge(): void {
    if (!this.numbers.overdue || this.#up.busy) return;
    this.#sender.sendBare(`${this.#token};${this.numbers.acknowledgement()}`);
  }

  bytes(): { up: number; down: number } {
    return bytesOf([this.#up, ...this.downs]);
  }
}

/** Unending downstreams. The first frame proves the stream. */
export function gatewayStream(form: 'xhr-streaming' | 'eventsource'): Dialect {
  return (target, up, opened) => {
    create(target, up, (token) => {
      const session = new Fallback(target, up, token);
      const { numbers } = session;
      const frames = new Splitter(END, (frame) => numbers.frame(frame));
      const events = new Splitter('\n\n', (event) => frames.push(event.slice('data:'.length)));
      const parts = form === 'eventsource' ? events : frames;
      const posts = requestHead('POST', `${target.path}/_fallback/v1/xhr-streaming`, target);
      const attach = () => {
        session.attached += 1;
        const n = session.attached;
        const down = session.downs[n % 2 === 0 ? 0 : 1];
        const wanted = numbers.wanted(n);
        const head =
          form === 'eventsource'
            ? requestHead('GET', `${target.path}/_fallback/v1/${token}/eventsource?d=${wanted}`, target)
            : posts;
        let first = n === 1;
        down.request(head, form === 'eventsource' ? undefined : `${token};D${wanted}${END}`, {
          body: (text) => {
            if (n < session.attached) return;
            parts.push(text);
            session.acknowledge();
            if (!first) return;
            first = false;
            opened(session);
          },
        });
      };
      numbers.onrecycle = attach;
      attach();
    });
  };
}

/**
 * Long polls. `carries`: what the page sends while it handles a poll's messages goes up with the
 * next poll, as the shim has it.
 */
export function gatewayPolling(carries: boolean): Dialect {
  return (target, up, opened) => {
    create(target, up, (token) => {
      const session = new Fallback(target, up, token);
      const { numbers } = session;
      const head = requestHead('POST', `${target.path}/_fallback/v1/xhr-polling`, target);
      const down = session.downs[0];
      const frames = new Splitter(END, (frame) => numbers.frame(frame));
      let body = '';
      const answer = {
        body: (text: string) => {
          body += text;
        },
        end: () => {
          const unit = body;
          body = '';
          if (carries) session.carried = [];
          frames.push(unit);
          poll();
        },
      };
      const poll = () => {
        session.attached += 1;
        const wanted = `${token};D${numbers.wanted(session.attached)}${END}`;
        const messages = session.carried ?? [];
        session.carried = undefined;
        down.request(head, messages.length === 0 ? wanted : wanted + numbers.encode(messages), answer);
      };
      poll();
      opened(session);
    });
  };
}

/** The session carrier on a WebSocket (PROTOCOL.md §7). */
export const gatewayWebSocket: Dialect = (target, up, opened) => {
  create(target, up, (token) => {
    const numbers = new Numbers();
    const frames = new Splitter(END, (frame) => numbers.frame(frame));
    let positioned = false;
    const link = new WebSocketLink(
      sessionPort(target, token),
      requestHead('GET', `${target.path}/_fallback/v1/${token}/websocket`, target),
      () => {
        link.send(`D${numbers.wanted(1)}${END}`);
        opened(session);
      },
      (text) => {
        frames.push(text);
        if (numbers.overdue) link.send(numbers.acknowledgement());
      },
    );
    const session: LoadSession = {
      set onmessage(listener: (text: string) => void) {
        numbers.onmessage = listener;
      },
      send: (text) => {
        const encoded = positioned ? `T${text}${END}` : numbers.encode([text]);
        positioned = true;
        link.send(numbers.acknowledgement() + encoded);
      },
      leave: () => {
        link.send(`X${END}`);
        link.drop();
      },
      bytes: () => link.bytes,
    };
  });
};
