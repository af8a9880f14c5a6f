import { Application, type Member } from './application.ts';

/**
 * A session of a server that does as little as can be: no acknowledgements, no time limits, no
 * checks.
 */
export class Mailbox implements Member {
  #waiting: string[] = [];
  /** Writes one message to the open stream. */
  stream: ((text: string) => void) | undefined;
  /** Answers the pending poll. */
  poll: ((body: string) => void) | undefined;

  send(text: string): void {
    const { stream, poll } = this;
    if (stream !== undefined) stream(`${text}\n`);
    else if (poll !== undefined) {
      this.poll = undefined;
      poll(`${text}\n`);
    } else this.#waiting.push(text);
  }

  /** What came while no poll was pending, or undefined. */
  take(): string | undefined {
    if (this.#waiting.length === 0) return undefined;
    const body = `${this.#waiting.join('\n')}\n`;
    this.#waiting = [];
    return body;
  }
}

/** Mailboxes by the name in the path. */
export class Mailboxes {
  readonly #byName = new Map<string, Mailbox>();
  readonly application = new Application();

  open(name: string): { mailbox: Mailbox; isNew: boolean } {
    const known = this.#byName.get(name);
    if (known !== undefined) return { mailbox: known, isNew: false };
    const mailbox = new Mailbox();
    this.#byName.set(name, mailbox);
    this.application.join(mailbox);
    return { mailbox, isNew: true };
  }

  close(name: string): void {
    const mailbox = this.#byName.get(name);
    if (mailbox === undefined) return;
    this.#byName.delete(name);
    this.application.leave(mailbox);
  }
}
